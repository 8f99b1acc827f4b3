import type { Clock } from '../../../pipelines/ports.ts';

/** Ties simulated time to a clock: simulated time passes `speed` times as fast. */
export class Pace {
  readonly #clock: Clock;
  readonly #speed: number;
  #from: { readonly wallMs: number; readonly simulatedMs: number } | null = null;

  /** `speed` may be Infinity: as fast as it is read. */
  constructor(clock: Clock, speed: number) {
    this.#clock = clock;
    this.#speed = speed;
  }

  /** Lets time begin to pass anew at the next wait. */
  restart(): void {
    this.#from = null;
  }

  /** Resolves when simulated time, having begun at `fromMs`, has come to `toMs`, or at once when the signal aborts. */
  async wait(fromMs: number, toMs: number, signal: AbortSignal): Promise<void> {
    if (this.#speed === Infinity) return;
    this.#from ??= { wallMs: this.#clock.nowMs(), simulatedMs: fromMs };
    const dueMs = this.#from.wallMs + (toMs - this.#from.simulatedMs) / this.#speed;
    const leftMs = dueMs - this.#clock.nowMs();
    if (leftMs > 0) await this.#clock.sleep(leftMs, signal);
  }
}
