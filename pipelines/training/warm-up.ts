import type { Bundle } from '../autoencoders/bundle.ts';
import type { WindowMatrix } from '../features/transform-window.ts';
import type { StreamDefinition } from '../telemetry/stream-definition.ts';
import type { WindowView } from '../windowing/stream-windower.ts';
import { fitRobustLimits } from './fit-robust-limits.ts';

/** A warm-up's memory: plain data. */
export interface WarmUpState {
  readonly startMs: number;
  readonly endMs: number;
  readonly lastKeptEndMs: number;
  readonly windows: readonly WindowMatrix[];
}

/**
 * A stream's first stretch of telemetry, on which robust-limits is fitted. It keeps at most windows that follow one
 * another without overlap: warmUpMs of telemetry.
 */
export class WarmUpCollector {
  readonly #definition: StreamDefinition;
  #startMs = Number.NaN;
  #endMs = Number.NaN;
  #windows: WindowMatrix[] = [];
  #lastKeptEndMs = -Infinity;

  constructor(definition: StreamDefinition, state?: WarmUpState) {
    this.#definition = definition;
    if (!state) return;
    this.#startMs = state.startMs;
    this.#endMs = state.endMs;
    this.#windows = [...state.windows];
    this.#lastKeptEndMs = state.lastKeptEndMs;
  }

  /** Takes the next window of the stream. */
  observe(view: WindowView): void {
    if (Number.isNaN(this.#startMs)) this.#startMs = view.startMs;
    this.#endMs = view.endMs;
    if (view.startMs < this.#lastKeptEndMs) return;
    this.#lastKeptEndMs = view.endMs;
    this.#windows.push({ values: view.values.slice(), mask: view.mask.slice() });
  }

  /** Event time still to be seen. */
  get remainingMs(): number {
    if (Number.isNaN(this.#startMs)) return this.#definition.warmUpMs;
    return Math.max(0, this.#definition.warmUpMs - (this.#endMs - this.#startMs));
  }

  fit(): Bundle {
    return fitRobustLimits(this.#definition, this.#windows, { fromMs: this.#startMs, toMs: this.#endMs });
  }

  snapshot(): WarmUpState {
    return {
      startMs: this.#startMs,
      endMs: this.#endMs,
      lastKeptEndMs: this.#lastKeptEndMs,
      windows: [...this.#windows],
    };
  }
}
