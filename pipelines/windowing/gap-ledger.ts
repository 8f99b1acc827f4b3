import type { StreamDefinition } from '../telemetry/stream-definition.ts';

/** A ledger's memory: starts of gap windows, ascending, and the watermark at which each was last touched (NaN: not). */
export interface GapLedgerState {
  readonly startMs: Float64Array;
  readonly touchedAtMs: Float64Array;
}

/**
 * The windows lately reported as gaps, which late samples may yet fill: at most backfillMs / strideMs of them and those
 * of one window length.
 */
export class GapLedger {
  readonly #definition: StreamDefinition;
  /** Start to touchedAt, in ascending order of start, which is the order in which gaps are added. */
  readonly #windows = new Map<number, number>();
  #touched = 0;

  constructor(definition: StreamDefinition, state?: GapLedgerState) {
    this.#definition = definition;
    state?.startMs.forEach((startMs, i) => {
      const touchedAtMs = state.touchedAtMs[i]!;
      this.#windows.set(startMs, touchedAtMs);
      if (!Number.isNaN(touchedAtMs)) this.#touched++;
    });
  }

  /** Remembers a run of gap windows, those that are not too old already. */
  add(firstStartMs: number, windows: number, watermarkMs: number): void {
    const { strideMs } = this.#definition;
    const oldest = this.#horizonMs(watermarkMs);
    const skipped = Math.max(0, Math.floor((oldest - firstStartMs) / strideMs) + 1);
    for (let i = skipped; i < windows; i++) this.#windows.set(firstStartMs + i * strideMs, Number.NaN);
  }

  /** Marks every remembered window that holds a cell; says whether there is one. */
  touch(cellStartMs: number, watermarkMs: number): boolean {
    if (this.#windows.size === 0) return false;
    const { windowLengthMs, strideMs } = this.#definition;
    const horizonMs = this.#horizonMs(watermarkMs);
    let found = false;
    for (let s = Math.floor(cellStartMs / strideMs) * strideMs; s > cellStartMs - windowLengthMs; s -= strideMs) {
      const touchedAtMs = this.#windows.get(s);
      if (touchedAtMs === undefined || s <= horizonMs) continue;
      if (Number.isNaN(touchedAtMs)) this.#touched++;
      this.#windows.set(s, watermarkMs);
      found = true;
    }
    return found;
  }

  /** Whether a window was touched since it was last given as settled. */
  get isTouched(): boolean {
    return this.#touched > 0;
  }

  /** The touched windows for which the late samples seem to have all come, ascending; each is given once a touch. */
  settled(watermarkMs: number): readonly number[] {
    const starts: number[] = [];
    for (const [startMs, touchedAtMs] of this.#windows) {
      const sinceMs = watermarkMs - touchedAtMs;
      if (sinceMs > 0 && sinceMs >= this.#definition.outOfOrdernessMs) starts.push(startMs);
    }
    for (const startMs of starts) this.#windows.set(startMs, Number.NaN);
    this.#touched -= starts.length;
    return starts;
  }

  remove(startMs: number): void {
    this.#delete(startMs);
  }

  /** Forgets windows that ended backfillMs or more before the watermark. */
  forgetBefore(watermarkMs: number): void {
    const horizonMs = this.#horizonMs(watermarkMs);
    for (const startMs of this.#windows.keys()) {
      if (startMs > horizonMs) return;
      this.#delete(startMs);
    }
  }

  /** Start of the oldest window remembered; Infinity where there is none. */
  oldestStartMs(): number {
    for (const startMs of this.#windows.keys()) return startMs;
    return Infinity;
  }

  snapshot(): GapLedgerState {
    return {
      startMs: Float64Array.from(this.#windows.keys()),
      touchedAtMs: Float64Array.from(this.#windows.values()),
    };
  }

  /** Windows that start at or before it are too old to be backfilled. */
  #horizonMs(watermarkMs: number): number {
    const { backfillMs, windowLengthMs } = this.#definition;
    return backfillMs === 0 ? Infinity : watermarkMs - backfillMs - windowLengthMs;
  }

  #delete(startMs: number): void {
    if (!Number.isNaN(this.#windows.get(startMs) ?? Number.NaN)) this.#touched--;
    this.#windows.delete(startMs);
  }
}
