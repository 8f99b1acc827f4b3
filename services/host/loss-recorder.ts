import { sumOf, type FrameCounts } from '../adapters/history/spool.ts';
import type { SpoolEvent } from '../adapters/history/spooled-history.ts';
import type { InfluxHistoryStore } from '../adapters/influx/influx-history.ts';

/** Passes on what it hears, and lets the history itself say what was lost, as soon as its server is there. */
export class LossRecorder {
  readonly #report: (event: SpoolEvent) => void;
  #history: InfluxHistoryStore | null = null;
  #isAway = false;
  #unrecorded: FrameCounts = { samples: 0, events: 0 };

  constructor(report: (event: SpoolEvent) => void) {
    this.#report = report;
  }

  recordIn(history: InfluxHistoryStore): void {
    this.#history = history;
  }

  hear(event: SpoolEvent): void {
    this.#report(event);
    if (event.type !== 'lost') this.#isAway = event.type === 'away';
    else this.#unrecorded = sumOf([this.#unrecorded, event.lost]);
    if (!this.#isAway) void this.#record();
  }

  async #record(): Promise<void> {
    const lost = this.#unrecorded;
    if (lost.samples + lost.events === 0) return;
    this.#unrecorded = { samples: 0, events: 0 };
    try {
      await this.#history?.recordLoss(lost, Date.now());
    } catch {
      // It is said again with the next thing that is heard.
      this.#unrecorded = sumOf([this.#unrecorded, lost]);
    }
  }
}
