/** What is known of a cell. */
export const cellMask = { missing: 0, carried: 1, observed: 2 } as const;

/** A grid's memory: plain data. Rows are those from `baseCell` on. */
export interface CellGridState {
  readonly baseCell: number;
  readonly newestCell: number;
  readonly values: Float64Array;
  readonly mask: Uint8Array;
  readonly firstMs: Float64Array;
  readonly lastMs: Float64Array;
  readonly missing: Int32Array;
}

const initialRows = 64;

/**
 * The cells of one stream: consecutive rows (one a grid cell) of all channels, row-major and contiguous, so that a window
 * is a view. Rows are added at the front and released at the back; the arrays shift now and then to make room.
 */
export class CellGrid {
  readonly channels: number;
  /** Value of each cell: its newest observation, or the carried one; 0 where missing. */
  values: Float64Array;
  mask: Uint8Array;
  /** The first event time observed in each cell; meaningful where `mask` is observed. */
  firstMs: Float64Array;
  /** The event time that each cell's value is of; meaningful unless `mask` is missing. */
  lastMs: Float64Array;
  /** By row: how many scored cells are missing; set when the row is sealed. */
  missing: Int32Array;
  /** The newest cell with an observation. */
  newestCell = -Infinity;
  /** Cell of row 0, first row in use, and row after the last in use. */
  #baseCell = 0;
  #from = 0;
  #to = 0;
  #capacity: number;

  constructor(channels: number, state?: CellGridState) {
    const rows = state ? state.missing.length : 0;
    this.channels = channels;
    this.#capacity = Math.max(initialRows, rows * 2);
    this.values = new Float64Array(this.#capacity * channels);
    this.mask = new Uint8Array(this.#capacity * channels);
    this.firstMs = new Float64Array(this.#capacity * channels);
    this.lastMs = new Float64Array(this.#capacity * channels);
    this.missing = new Int32Array(this.#capacity);
    if (!state) return;
    this.values.set(state.values);
    this.mask.set(state.mask);
    this.firstMs.set(state.firstMs);
    this.lastMs.set(state.lastMs);
    this.missing.set(state.missing);
    this.newestCell = state.newestCell;
    this.#baseCell = state.baseCell;
    this.#to = rows;
  }

  /** The oldest cell that is kept. */
  get firstCell(): number {
    return this.#baseCell + this.#from;
  }

  /** Starts with an empty grid at a cell. */
  moveTo(cell: number): void {
    this.#baseCell = cell;
    this.#from = 0;
    this.#to = 0;
    this.#clear();
  }

  /** The row of a cell not older than those released, added (all missing) if it is new. */
  rowOf(cell: number): number {
    const row = cell - this.#baseCell;
    return row < this.#to ? row : this.#extendTo(cell);
  }

  observe(cell: number, channel: number, timeMs: number, value: number): void {
    const at = this.rowOf(cell) * this.channels + channel;
    if (cell > this.newestCell) this.newestCell = cell;
    if (this.mask[at] !== cellMask.observed) {
      this.mask[at] = cellMask.observed;
      this.firstMs[at] = timeMs;
      this.lastMs[at] = timeMs;
      this.values[at] = value;
      return;
    }
    if (timeMs < this.firstMs[at]!) this.firstMs[at] = timeMs;
    if (timeMs >= this.lastMs[at]!) {
      this.lastMs[at] = timeMs;
      this.values[at] = value;
    }
  }

  /** Lets go of all rows before a cell. */
  release(cell: number): void {
    this.#from = Math.max(this.#from, Math.min(cell - this.#baseCell, this.#to));
  }

  /** Moves on over wholly missing cells up to `cell`, keeping rows from `firstNeeded` on. */
  skipTo(cell: number, firstNeeded: number, missingPerRow: number): void {
    this.release(firstNeeded);
    if (this.#from === this.#to && firstNeeded > this.#baseCell + this.#to) this.moveTo(firstNeeded);
    const firstNewCell = this.#baseCell + this.#to;
    if (cell <= firstNewCell) return;
    this.rowOf(cell - 1);
    this.missing.fill(missingPerRow, firstNewCell - this.#baseCell, this.#to);
  }

  snapshot(): CellGridState {
    const from = this.#from * this.channels;
    const to = this.#to * this.channels;
    return {
      baseCell: this.firstCell,
      newestCell: this.newestCell,
      values: this.values.slice(from, to),
      mask: this.mask.slice(from, to),
      firstMs: this.firstMs.slice(from, to),
      lastMs: this.lastMs.slice(from, to),
      missing: this.missing.slice(this.#from, this.#to),
    };
  }

  #extendTo(cell: number): number {
    if (cell - this.#baseCell >= this.#capacity) this.#makeRoom(cell);
    const row = cell - this.#baseCell;
    this.#to = row + 1;
    return row;
  }

  /** Shifts the rows in use to the start of the arrays, and doubles those that would be more than half full. */
  #makeRoom(cell: number): void {
    const used = cell - this.#baseCell + 1 - this.#from;
    let capacity = this.#capacity;
    while (used > capacity / 2) capacity *= 2;
    const move = <T extends Float64Array | Uint8Array | Int32Array>(column: T, width: number): T =>
      moveRows(column, this.#from * width, this.#to * width, capacity * width);
    this.values = move(this.values, this.channels);
    this.mask = move(this.mask, this.channels);
    this.firstMs = move(this.firstMs, this.channels);
    this.lastMs = move(this.lastMs, this.channels);
    this.missing = move(this.missing, 1);
    this.#capacity = capacity;
    this.#baseCell += this.#from;
    this.#to -= this.#from;
    this.#from = 0;
    this.#clear();
  }

  /** Makes all cells missing that are not in use. */
  #clear(): void {
    const from = this.#to * this.channels;
    this.values.fill(0, from);
    this.mask.fill(cellMask.missing, from);
  }
}

/** Moves [from, to) of a column to its start, in an array of its own if it must grow to `length`. */
function moveRows<T extends Float64Array | Uint8Array | Int32Array>(
  column: T,
  from: number,
  to: number,
  length: number,
): T {
  if (length === column.length) {
    column.copyWithin(0, from, to);
    return column;
  }
  const grown = new (column.constructor as new (length: number) => T)(length);
  grown.set(column.subarray(from, to));
  return grown;
}
