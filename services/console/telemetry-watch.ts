import type { Clock, Log, LogRecord } from '../../pipelines/ports.ts';
import { decodeTelemetry } from '../../pipelines/telemetry/binary-codec.ts';
import { topics } from '../../pipelines/topics.ts';
import { newestRecord } from '../stage/newest-record.ts';

const lostAfterMs = 5000;
const speedOverMs = 10_000;

/**
 * Whether telemetry still comes, by the console's own clock: if ingest is dead there are no ticks, and nothing else in
 * the log would say so. Looks at the end of the telemetry topic only.
 */
export class TelemetryWatch {
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #ends = new Map<number, number>();
  readonly #progress: { readonly clockMs: number; readonly stationMs: number }[] = [];
  #newestAtMs: number;
  /** The sources' own time, by their newest record. */
  stationTimeMs: number | null = null;

  constructor(log: Log, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
    this.#newestAtMs = clock.nowMs();
  }

  /** Since something new came, or since the watch began. */
  get ageMs(): number {
    return this.#clock.nowMs() - this.#newestAtMs;
  }

  get lost(): boolean {
    return this.ageMs > lostAfterMs;
  }

  /** Source time that passed in a second of the console's own, from one step to another; null before it is known. */
  get speed(): number | null {
    const [first, last] = [this.#progress[0], this.#progress.at(-1)];
    if (!first || !last || last === first) return null;
    return (last.stationMs - first.stationMs) / (last.clockMs - first.clockMs);
  }

  /** Looks for what is new. */
  async look(): Promise<void> {
    const topic = topics.telemetry.name;
    const partitions = await this.#log.partitions(topic);
    for (let partition = 0; partition < partitions; partition++) {
      const { start, end } = await this.#log.range(topic, partition);
      if (end === (this.#ends.get(partition) ?? start)) continue;
      this.#ends.set(partition, end);
      this.#newestAtMs = this.#clock.nowMs();
      const newest = await newestRecord(this.#log, topic, partition);
      if (newest) this.#take(newest);
    }
    this.#measure();
  }

  /** A record that cannot be decoded is news all the same; those who live by its content report it. */
  #take({ value }: LogRecord): void {
    try {
      const record = decodeTelemetry(value!);
      const timeMs = record.type === 'tick' ? record.timeMs : record.ingestTimeMs;
      this.stationTimeMs = Math.max(timeMs, this.stationTimeMs ?? -Infinity);
    } catch {}
  }

  #measure(): void {
    const stationMs = this.stationTimeMs;
    if (stationMs === null || stationMs === this.#progress.at(-1)?.stationMs) return;
    const clockMs = this.#clock.nowMs();
    this.#progress.push({ clockMs, stationMs });
    while (clockMs - this.#progress[0]!.clockMs > speedOverMs) this.#progress.shift();
  }
}
