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
  readonly late: LateObservations | null;
  readonly tail: Observations | null;
}

interface Observations {
  readonly timeMs: Float64Array;
  readonly value: Float64Array;
}
type LateObservations = Observations;

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
  /** First and last event time observed in each cell; meaningful where `mask` is observed. */
  firstMs: Float64Array;
  lastMs: Float64Array;
  /** By row: how many scored cells are missing; set when the row is sealed. */
  missing: Int32Array;
  /** The newest cell with an observation. */
  newestCell = -Infinity;
  readonly #keepsLate: boolean;
  /** Cell of row 0, first row in use, and row after the last in use. */
  #baseCell = 0;
  #from = 0;
  #to = 0;
  #capacity: number;
  /** Late observations, beside the cells' own: only backfill sees them. */
  #late: LateObservations | null = null;
  /** The last observation of each channel in released rows: what the oldest row kept may carry. */
  #tail: Observations;

  constructor(channels: number, keepsLate: boolean, state?: CellGridState) {
    const rows = state ? state.missing.length : 0;
    this.channels = channels;
    this.#keepsLate = keepsLate;
    this.#capacity = Math.max(initialRows, rows * 2);
    this.values = new Float64Array(this.#capacity * channels);
    this.mask = new Uint8Array(this.#capacity * channels);
    this.firstMs = new Float64Array(this.#capacity * channels);
    this.lastMs = new Float64Array(this.#capacity * channels);
    this.missing = new Int32Array(this.#capacity);
    this.#tail = emptyObservations(channels);
    if (!state) return;
    this.values.set(state.values);
    this.mask.set(state.mask);
    this.firstMs.set(state.firstMs);
    this.lastMs.set(state.lastMs);
    this.missing.set(state.missing);
    this.newestCell = state.newestCell;
    this.#baseCell = state.baseCell;
    this.#to = rows;
    if (state.tail) this.#tail = copyObservations(state.tail, channels);
    if (state.late) this.#late = copyObservations(state.late, this.#capacity * channels);
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

  observeLate(cell: number, channel: number, timeMs: number, value: number): void {
    const at = this.rowOf(cell) * this.channels + channel;
    this.#late ??= emptyObservations(this.#capacity * this.channels);
    if (this.#late.timeMs[at]! > timeMs) return;
    this.#late.timeMs[at] = timeMs;
    this.#late.value[at] = value;
  }

  /** Lets go of all rows before a cell, remembering what they would have carried. */
  release(cell: number): void {
    const target = Math.min(cell - this.#baseCell, this.#to);
    for (; this.#from < target; this.#from++) {
      if (this.#keepsLate) this.#foldInto(this.#tail, this.#from);
    }
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

  /**
   * `rows` cells from `firstCell` on with late observations among them and everything carried anew: rows x channels of
   * values and mask, as in a window.
   */
  reassemble(
    firstCell: number,
    rows: number,
    intervalMs: number,
    staleAfterMs: Float64Array,
  ): { values: Float64Array; mask: Uint8Array } {
    const { channels } = this;
    const last = copyObservations(this.#tail, channels);
    const firstRow = firstCell - this.#baseCell;
    for (let row = this.#from; row < firstRow; row++) this.#foldInto(last, row);
    const values = new Float64Array(rows * channels);
    const mask = new Uint8Array(rows * channels);
    for (let row = 0; row < rows; row++) {
      const cellStartMs = (firstCell + row) * intervalMs;
      this.#foldInto(last, firstRow + row);
      for (let c = 0; c < channels; c++) {
        const at = row * channels + c;
        const ageMs = cellStartMs - last.timeMs[c]!;
        if (!(ageMs <= staleAfterMs[c]!)) continue;
        mask[at] = ageMs <= 0 ? cellMask.observed : cellMask.carried;
        values[at] = last.value[c]!;
      }
    }
    return { values, mask };
  }

  snapshot(): CellGridState {
    const from = this.#from * this.channels;
    const to = this.#to * this.channels;
    return {
      baseCell: this.#baseCell + this.#from,
      newestCell: this.newestCell,
      values: this.values.slice(from, to),
      mask: this.mask.slice(from, to),
      firstMs: this.firstMs.slice(from, to),
      lastMs: this.lastMs.slice(from, to),
      missing: this.missing.slice(this.#from, this.#to),
      late: this.#late && { timeMs: this.#late.timeMs.slice(from, to), value: this.#late.value.slice(from, to) },
      tail: this.#keepsLate ? copyObservations(this.#tail, this.channels) : null,
    };
  }

  /** Puts a row's observations, late ones included, over older ones. */
  #foldInto(observations: Observations, row: number): void {
    const offset = row * this.channels;
    for (let c = 0; c < this.channels; c++) {
      const at = offset + c;
      const observed = this.mask[at] === cellMask.observed;
      if (observed) {
        observations.timeMs[c] = this.lastMs[at]!;
        observations.value[c] = this.values[at]!;
      }
      if (
        this.#late &&
        this.#late.timeMs[at]! > -Infinity &&
        !(observed && this.lastMs[at]! > this.#late.timeMs[at]!)
      ) {
        observations.timeMs[c] = this.#late.timeMs[at]!;
        observations.value[c] = this.#late.value[at]!;
      }
    }
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
    this.#late = this.#late && {
      timeMs: move(this.#late.timeMs, this.channels),
      value: move(this.#late.value, this.channels),
    };
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
    this.#late?.timeMs.fill(-Infinity, from);
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

function emptyObservations(length: number): Observations {
  return { timeMs: new Float64Array(length).fill(-Infinity), value: new Float64Array(length) };
}

function copyObservations(source: Observations, length: number): Observations {
  const copy = emptyObservations(length);
  copy.timeMs.set(source.timeMs);
  copy.value.set(source.value);
  return copy;
}
