import type { SampleBatch } from '../telemetry/sample-batch.ts';
import { windowRows, type StreamDefinition } from '../telemetry/stream-definition.ts';
import { CellGrid, cellMask, type CellGridState } from './cell-grid.ts';
import { GapLedger, type GapLedgerState } from './gap-ledger.ts';

/** A window ready to be scored. The arrays are views that the next call overwrites: copy or encode them at once. */
export interface WindowView {
  readonly startMs: number;
  readonly endMs: number;
  /** rows x channels, row-major, in engineering units; 0 where missing. */
  readonly values: Float64Array;
  /** rows x channels of `cellMask`: missing, carried or observed. */
  readonly mask: Uint8Array;
  /** Missing cells of scored channels over all cells of scored channels. */
  readonly missingShare: number;
  /** The window was reported as a gap before. */
  readonly backfill: boolean;
}

/** What a windower says, in order. */
export interface WindowingSink {
  window(view: WindowView): void;
  /** `windows` consecutive windows, one stride apart, have too many missing cells. */
  gap(firstWindowStartMs: number, windows: number, missingShare: number): void;
  stale(channel: number, lastObservedMs: number | null): void;
  resumed(channel: number, lastObservedMs: number | null, resumedMs: number): void;
  /** A sample that came after the watermark had passed it; `index` into the batch pushed. */
  late(batch: SampleBatch, index: number): void;
}

/** A windower's memory: plain data that structured clone can carry. Bounded by the window length and backfillMs. */
export interface StreamWindowerState {
  readonly schemaVersion: 2;
  readonly watermarkMs: number;
  readonly firstCell: number;
  readonly nextSealCell: number;
  readonly nextWindowStartMs: number;
  readonly lastObservedMs: Float64Array;
  readonly carriedMs: Float64Array;
  readonly carriedValue: Float64Array;
  readonly stale: Uint8Array;
  readonly allMissingSinceCell: number;
  readonly grid: CellGridState;
  readonly gaps: GapLedgerState;
}

/**
 * One stream's windowing: samples and ticks in log order go in, windows come out.
 *
 * The rules, sample by sample (so that how samples are cut into batches changes nothing):
 * - The watermark is the highest event time seen, or the source's tick if that is higher, less outOfOrdernessMs. A tick
 *   before the stream's first sample does nothing.
 * - A sample before the watermark, or before the cell of the stream's first sample, is late. Any other goes into its grid
 *   cell [k x intervalMs, (k + 1) x intervalMs); of several in one cell the greatest event time wins, of equal ones the
 *   last to arrive.
 * - A cell is sealed once the watermark reaches its end. A channel without a sample in it carries its last observation
 *   while the cell's start is at most staleAfterMs after it; else the cell is missing.
 * - A late sample is told as such, and counts from then on in every window that is still to be emitted: in its cell, and
 *   in those after it that carry it.
 * - A channel is stale once a sealed cell ends more than staleAfterMs after its last observation (after the stream's first
 *   cell, if it never had one), and resumed with the first sample of the next sealed cell that has one. Samples that came
 *   after their cell was sealed do not end a silence.
 * - A window [s, s + windowLengthMs), s a multiple of strideMs not before the first cell, is emitted when its last cell is
 *   sealed: as a window, or as a gap if more than maxMissingShare of its scored cells are missing.
 * - A gap window that ended less than backfillMs before the watermark may be filled by late samples. Once the watermark has
 *   moved on by outOfOrdernessMs (and moved at all) since the last of them, the window is emitted, once, as backfill if now
 *   enough of it is known.
 */
export class StreamWindower {
  readonly definition: StreamDefinition;
  readonly #rows: number;
  readonly #staleAfterMs: Float64Array;
  readonly #scored: Uint8Array;
  readonly #scoredCells: number;
  readonly #grid: CellGrid;
  readonly #gaps: GapLedger;
  #watermarkMs = -Infinity;
  #firstCell = 0;
  #nextSealCell = 0;
  #nextSealEndMs = -Infinity;
  #nextWindowStartMs = 0;
  /** Of each channel's newest observation in a sealed cell that came before its cell was sealed; NaN where there is none. */
  readonly #lastObservedMs: Float64Array;
  /** Of what the next cell carries; -Infinity where nothing was ever seen. */
  readonly #carriedMs: Float64Array;
  readonly #carriedValue: Float64Array;
  readonly #stale: Uint8Array;
  /** First cell of the run of wholly missing cells that reaches up to the newest sealed cell. */
  #allMissingSinceCell = 0;

  constructor(definition: StreamDefinition, state?: StreamWindowerState) {
    const { channels } = definition;
    this.definition = definition;
    this.#rows = windowRows(definition);
    this.#staleAfterMs = Float64Array.from(channels, (channel) => channel.staleAfterMs ?? definition.staleAfterMs);
    this.#scored = Uint8Array.from(channels, (channel) => (channel.role === 'scored' ? 1 : 0));
    this.#scoredCells = this.#rows * this.#scored.reduce((sum, flag) => sum + flag, 0);
    this.#grid = new CellGrid(channels.length, state?.grid);
    this.#gaps = new GapLedger(definition, state?.gaps);
    this.#lastObservedMs = state?.lastObservedMs.slice() ?? new Float64Array(channels.length).fill(Number.NaN);
    this.#carriedMs = state?.carriedMs.slice() ?? new Float64Array(channels.length).fill(-Infinity);
    this.#carriedValue = state?.carriedValue.slice() ?? new Float64Array(channels.length);
    this.#stale = state?.stale.slice() ?? new Uint8Array(channels.length);
    if (state) {
      this.#watermarkMs = state.watermarkMs;
      this.#firstCell = state.firstCell;
      this.#nextWindowStartMs = state.nextWindowStartMs;
      this.#allMissingSinceCell = state.allMissingSinceCell;
      if (this.started) this.#setNextSealCell(state.nextSealCell);
    }
  }

  /** Everything before it is settled; -Infinity before the first sample. */
  get watermarkMs(): number {
    return this.#watermarkMs;
  }

  get started(): boolean {
    return this.#watermarkMs > -Infinity;
  }

  /** Takes a batch of this stream and definition version. */
  push(batch: SampleBatch, sink: WindowingSink): void {
    const { channel, eventTimeMs, value } = batch;
    const { intervalMs, outOfOrdernessMs } = this.definition;
    const grid = this.#grid;
    for (let i = 0; i < channel.length; i++) {
      const timeMs = eventTimeMs[i]!;
      const cell = Math.floor(timeMs / intervalMs);
      if (!this.started) this.#start(cell);
      if (timeMs < this.#watermarkMs || cell < this.#firstCell) {
        this.#takeLate(batch, i, sink);
        continue;
      }
      const watermarkMs = timeMs - outOfOrdernessMs;
      if (watermarkMs > this.#watermarkMs) this.#advance(watermarkMs, sink);
      grid.observe(cell, channel[i]!, timeMs, value[i]!);
    }
  }

  /** Takes a tick of the stream's source. */
  tick(timeMs: number, sink: WindowingSink): void {
    const watermarkMs = timeMs - this.definition.outOfOrdernessMs;
    if (this.started && watermarkMs > this.#watermarkMs) this.#advance(watermarkMs, sink);
  }

  /** A copy of the memory: a windower made of it goes on exactly as this one would. */
  snapshot(): StreamWindowerState {
    return {
      schemaVersion: 2,
      watermarkMs: this.#watermarkMs,
      firstCell: this.#firstCell,
      nextSealCell: this.#nextSealCell,
      nextWindowStartMs: this.#nextWindowStartMs,
      lastObservedMs: this.#lastObservedMs.slice(),
      carriedMs: this.#carriedMs.slice(),
      carriedValue: this.#carriedValue.slice(),
      stale: this.#stale.slice(),
      allMissingSinceCell: this.#allMissingSinceCell,
      grid: this.#grid.snapshot(),
      gaps: this.#gaps.snapshot(),
    };
  }

  #start(cell: number): void {
    const { intervalMs, strideMs } = this.definition;
    this.#firstCell = cell;
    this.#allMissingSinceCell = cell;
    this.#nextWindowStartMs = Math.ceil((cell * intervalMs) / strideMs) * strideMs;
    this.#grid.moveTo(cell);
    this.#setNextSealCell(cell);
    this.#watermarkMs = -Number.MAX_VALUE;
  }

  #setNextSealCell(cell: number): void {
    this.#nextSealCell = cell;
    this.#nextSealEndMs = (cell + 1) * this.definition.intervalMs;
  }

  #advance(watermarkMs: number, sink: WindowingSink): void {
    this.#watermarkMs = watermarkMs;
    // First, since what came within backfillMs counts, however far the watermark has moved now.
    if (this.#gaps.isTouched) {
      for (const startMs of this.#gaps.settled(watermarkMs)) this.#refill(startMs, sink);
      this.#gaps.forgetBefore(watermarkMs);
    }
    if (watermarkMs < this.#nextSealEndMs) return;
    const targetCell = Math.floor(watermarkMs / this.definition.intervalMs);
    while (this.#nextSealCell < targetCell) {
      if (this.#canSkip()) this.#skipTo(targetCell, sink);
      else this.#seal(sink);
    }
    this.#gaps.forgetBefore(watermarkMs);
    this.#grid.release(this.#firstCellNeeded());
  }

  /** The oldest cell that is not sealed, or that a window to come, or one that may be backfilled, can still ask for. */
  #firstCellNeeded(): number {
    const { intervalMs } = this.definition;
    const oldestWindowMs = Math.min(this.#nextWindowStartMs, this.#gaps.oldestStartMs());
    return Math.min(this.#nextSealCell, oldestWindowMs / intervalMs);
  }

  /** Resolves the next cell: carries, marks stale and resumed channels, and emits the window that ends with it. */
  #seal(sink: WindowingSink): void {
    const cell = this.#nextSealCell;
    const { intervalMs, windowLengthMs, strideMs } = this.definition;
    const grid = this.#grid;
    const startMs = cell * intervalMs;
    const row = grid.rowOf(cell);
    const offset = row * grid.channels;
    let missing = 0;
    let seen = false;
    for (let c = 0; c < grid.channels; c++) {
      const at = offset + c;
      const last = this.#lastObservedMs[c]!;
      if (grid.mask[at] === cellMask.observed) {
        seen = true;
        const firstMs = grid.firstMs[at]!;
        if (this.#stale[c] || firstMs - this.#silentSinceMs(c) > this.#staleAfterMs[c]!)
          this.#resume(c, last, firstMs, sink);
        this.#lastObservedMs[c] = grid.lastMs[at]!;
        this.#carriedMs[c] = grid.lastMs[at]!;
        this.#carriedValue[c] = grid.values[at]!;
        continue;
      }
      if (this.#carriesInto(cell, c)) {
        seen = true;
        grid.mask[at] = cellMask.carried;
        grid.lastMs[at] = this.#carriedMs[c]!;
        grid.values[at] = this.#carriedValue[c]!;
      } else {
        missing += this.#scored[c]!;
      }
      if (!this.#stale[c]) this.#markStaleAt(c, startMs + intervalMs, sink);
    }
    grid.missing[row] = missing;
    if (seen) this.#allMissingSinceCell = cell + 1;
    this.#setNextSealCell(cell + 1);
    if (startMs + intervalMs === this.#nextWindowStartMs + windowLengthMs) {
      this.#emit(this.#nextWindowStartMs, sink);
      this.#nextWindowStartMs += strideMs;
    }
  }

  #markStaleAt(channel: number, cellEndMs: number, sink: WindowingSink): void {
    const last = this.#lastObservedMs[channel]!;
    if (cellEndMs - this.#silentSinceMs(channel) <= this.#staleAfterMs[channel]!) return;
    this.#stale[channel] = 1;
    sink.stale(channel, Number.isNaN(last) ? null : last);
  }

  /** Its last observation; the stream's first cell if it never had one. */
  #silentSinceMs(channel: number): number {
    const last = this.#lastObservedMs[channel]!;
    return Number.isNaN(last) ? this.#firstCell * this.definition.intervalMs : last;
  }

  #resume(channel: number, last: number, firstMs: number, sink: WindowingSink): void {
    const lastObservedMs = Number.isNaN(last) ? null : last;
    if (!this.#stale[channel]) sink.stale(channel, lastObservedMs);
    this.#stale[channel] = 0;
    sink.resumed(channel, lastObservedMs, firstMs);
  }

  #emit(startMs: number, sink: WindowingSink): void {
    const missingShare = this.#missingShareOf(startMs);
    if (missingShare <= this.definition.maxMissingShare) {
      this.#tell(startMs, missingShare, false, sink);
      return;
    }
    this.#gaps.add(startMs, 1, this.#watermarkMs);
    sink.gap(startMs, 1, missingShare);
  }

  #refill(startMs: number, sink: WindowingSink): void {
    const missingShare = this.#missingShareOf(startMs);
    if (missingShare > this.definition.maxMissingShare) return;
    this.#gaps.remove(startMs);
    this.#tell(startMs, missingShare, true, sink);
  }

  #missingShareOf(startMs: number): number {
    const firstRow = this.#grid.rowOf(startMs / this.definition.intervalMs);
    let missing = 0;
    for (let row = firstRow; row < firstRow + this.#rows; row++) missing += this.#grid.missing[row]!;
    return missing / this.#scoredCells;
  }

  #tell(startMs: number, missingShare: number, backfill: boolean, sink: WindowingSink): void {
    const { values, mask, channels } = this.#grid;
    const from = this.#grid.rowOf(startMs / this.definition.intervalMs) * channels;
    const to = from + this.#rows * channels;
    sink.window({
      startMs,
      endMs: startMs + this.definition.windowLengthMs,
      values: values.subarray(from, to),
      mask: mask.subarray(from, to),
      missingShare,
      backfill,
    });
  }

  /** Whether every cell left to seal, and every window that ends with one, is wholly missing: then all can go at once. */
  #canSkip(): boolean {
    const cell = this.#nextSealCell;
    return (
      cell > this.#grid.newestCell &&
      cell - this.#allMissingSinceCell >= this.#rows &&
      this.#stale.every((flag, channel) => flag === 1 && !this.#carriesInto(cell, channel))
    );
  }

  #carriesInto(cell: number, channel: number): boolean {
    return cell * this.definition.intervalMs - this.#carriedMs[channel]! <= this.#staleAfterMs[channel]!;
  }

  #skipTo(targetCell: number, sink: WindowingSink): void {
    const { intervalMs, windowLengthMs, strideMs } = this.definition;
    const windows = Math.floor((targetCell * intervalMs - windowLengthMs - this.#nextWindowStartMs) / strideMs) + 1;
    if (windows > 0) {
      this.#gaps.add(this.#nextWindowStartMs, windows, this.#watermarkMs);
      sink.gap(this.#nextWindowStartMs, windows, 1);
      this.#nextWindowStartMs += windows * strideMs;
    }
    this.#setNextSealCell(targetCell);
    this.#gaps.forgetBefore(this.#watermarkMs);
    this.#grid.skipTo(targetCell, this.#firstCellNeeded(), this.#scoredCells / this.#rows);
  }

  #takeLate(batch: SampleBatch, index: number, sink: WindowingSink): void {
    const timeMs = batch.eventTimeMs[index]!;
    const channel = batch.channel[index]!;
    const value = batch.value[index]!;
    const cell = Math.floor(timeMs / this.definition.intervalMs);
    this.#gaps.touch(cell * this.definition.intervalMs, this.#watermarkMs);
    if (cell >= this.#grid.firstCell) this.#observeLate(cell, channel, timeMs, value);
    this.#carryLate(cell + 1, channel, timeMs, value);
    sink.late(batch, index);
  }

  #observeLate(cell: number, channel: number, timeMs: number, value: number): void {
    if (cell < this.#nextSealCell) this.#known(cell, channel);
    this.#grid.observe(cell, channel, timeMs, value);
  }

  /** Lets sealed cells from one on carry a late sample, up to the first that has something newer or lies too far ahead. */
  #carryLate(fromCell: number, channel: number, timeMs: number, value: number): void {
    if (timeMs >= this.#carriedMs[channel]!) {
      this.#carriedMs[channel] = timeMs;
      this.#carriedValue[channel] = value;
    }
    const grid = this.#grid;
    const { intervalMs } = this.definition;
    const reachesMs = timeMs + this.#staleAfterMs[channel]!;
    for (let cell = Math.max(fromCell, grid.firstCell); cell < this.#nextSealCell; cell++) {
      if (cell * intervalMs > reachesMs) return;
      const at = grid.rowOf(cell) * grid.channels + channel;
      if (grid.mask[at] === cellMask.observed) return;
      if (grid.mask[at] === cellMask.carried && grid.lastMs[at]! > timeMs) return;
      this.#known(cell, channel);
      grid.mask[at] = cellMask.carried;
      grid.lastMs[at] = timeMs;
      grid.values[at] = value;
    }
  }

  /** Something is known of a sealed cell now. */
  #known(cell: number, channel: number): void {
    const row = this.#grid.rowOf(cell);
    if (this.#grid.mask[row * this.#grid.channels + channel] === cellMask.missing)
      this.#grid.missing[row]! -= this.#scored[channel]!;
    this.#allMissingSinceCell = Math.max(this.#allMissingSinceCell, cell + 1);
  }
}
