import { z } from 'zod';
import { invalidDataset } from '../../pipelines/evaluation/datasets/invalid-dataset.ts';
import type { Recording } from '../../pipelines/evaluation/datasets/recording.ts';
import type { Clock } from '../../pipelines/ports.ts';
import type { StreamDefinition } from '../../pipelines/telemetry/stream-definition.ts';
import { RecordingReader, type RowRun } from './recording-reader.ts';
import type { Source, SourceChunk } from './source.ts';

/** What to replay, and how fast. */
export interface ReplayRequest {
  readonly name: string;
  readonly recordings: readonly Recording[];
  /** Recorded seconds in a second; null for as fast as it is taken. */
  readonly speed: number | null;
  readonly clock: Clock;
  /** Samples in a chunk at most; a row is never split, though. */
  readonly maxChunkSamples?: number;
}

/** Where a replay goes on: the next row of each stream, and the tick that the last chunk ended with or led up to. */
const positionSchema = z.strictObject({
  nextRow: z.record(z.string(), z.number().int().nonnegative()),
  tickTimeMs: z.number(),
});

type Position = z.output<typeof positionSchema>;

/**
 * Recorded telemetry as a source: the same chunks, with the recordings' own event times, at whatever speed.
 *
 * The source's time is that of the recordings, merged. It ticks at the multiples of the shortest interval of its streams:
 * a tick at t follows all rows recorded before t. In a silence longer than the longest staleAfterMs of its streams, it
 * ticks just after the last row before and just before the first row after. After the last row it ticks until every
 * stream's watermark has passed that row's cell.
 */
export class ReplaySource implements Source {
  readonly name: string;
  readonly #definitions: readonly StreamDefinition[];
  readonly #recordings: readonly Recording[];
  readonly #tickIntervalMs: number;
  readonly #longestSilenceMs: number;
  readonly #speed: number | null;
  readonly #clock: Clock;
  readonly #maxChunkSamples: number;

  constructor({ name, recordings, speed, clock, maxChunkSamples = 65_536 }: ReplayRequest) {
    this.name = name;
    this.#recordings = recordings;
    this.#definitions = recordings.map(({ definition }) => ({ ...definition, source: name }));
    this.#tickIntervalMs = Math.min(...this.#definitions.map(({ intervalMs }) => intervalMs));
    this.#longestSilenceMs = Math.max(...this.#definitions.map(longestStaleAfterMs));
    this.#speed = speed;
    this.#clock = clock;
    this.#maxChunkSamples = maxChunkSamples;
  }

  definitions(): Promise<readonly StreamDefinition[]> {
    return Promise.resolve(this.#definitions);
  }

  /** Errors: CUPOLA_DATASET_INVALID where the position does not lie in these recordings. */
  async *read(position: unknown, signal: AbortSignal): AsyncIterable<SourceChunk> {
    const from = position === null ? null : this.#parsePosition(position);
    const pace = this.#pace(signal);
    for (const chunk of this.#chunks(from)) {
      await pace(chunk.ingestTimeMs);
      if (signal.aborted) return;
      yield chunk;
    }
  }

  /** Waits until a time of the source has come, the first one at once. */
  #pace(signal: AbortSignal): (timeMs: number) => Promise<void> {
    const speed = this.#speed;
    if (speed === null) return () => Promise.resolve();
    let startedAtMs: number | null = null;
    return (timeMs) => {
      const nowMs = this.#clock.nowMs();
      startedAtMs ??= nowMs - timeMs / speed;
      const waitMs = startedAtMs + timeMs / speed - nowMs;
      return waitMs > 0 ? this.#clock.sleep(waitMs, signal) : Promise.resolve();
    };
  }

  *#chunks(from: Position | null): Generator<SourceChunk> {
    const interval = this.#tickIntervalMs;
    const reader = new RecordingReader(this.#recordings, from?.nextRow ?? {});
    const tickAfter = (timeMs: number): number => (Math.floor(timeMs / interval) + 1) * interval;
    let tickTimeMs = from?.tickTimeMs ?? null;
    for (let nextMs = reader.nextTimeMs(); nextMs !== null; nextMs = reader.nextTimeMs()) {
      const dueMs = tickAfter(nextMs);
      if (tickTimeMs !== null && tickTimeMs < dueMs - interval) {
        const silent = nextMs - reader.lastTimeMs() > this.#longestSilenceMs;
        tickTimeMs = silent ? dueMs - interval : tickTimeMs + interval;
        yield this.#chunk(reader, null, tickTimeMs);
        continue;
      }
      tickTimeMs = dueMs;
      yield this.#chunk(reader, reader.take(dueMs, this.#maxChunkSamples, this.name), dueMs);
    }
    const endMs = this.#endMs(reader.lastTimeMs());
    for (let dueMs = tickTimeMs! + interval; dueMs < endMs + interval; dueMs += interval)
      yield this.#chunk(reader, null, dueMs);
  }

  /** When every stream's watermark has passed the cell that holds a time. */
  #endMs(lastMs: number): number {
    const ends = this.#definitions.map(
      ({ intervalMs, outOfOrdernessMs }) => (Math.floor(lastMs / intervalMs) + 1) * intervalMs + outOfOrdernessMs,
    );
    return Math.max(...ends);
  }

  #chunk(reader: RecordingReader, run: RowRun | null, tickTimeMs: number): SourceChunk {
    const position: Position = { nextRow: reader.nextRow(), tickTimeMs };
    return {
      samples: run?.samples ?? null,
      rejected: run?.rejected ?? [],
      truth: [],
      ingestTimeMs: tickTimeMs,
      tickTimeMs: run?.more ? null : tickTimeMs,
      position,
    };
  }

  #parsePosition(position: unknown): Position {
    const parsed = positionSchema.safeParse(position);
    if (!parsed.success) return invalidDataset('position', JSON.stringify(position), 'one that a replay gave');
    for (const { definition, timeMs } of this.#recordings) {
      const row = parsed.data.nextRow[definition.stream];
      if (row === undefined || row > timeMs.length)
        return invalidDataset(`position of ${definition.stream}`, row, `at most ${timeMs.length}, its number of rows`);
    }
    return parsed.data;
  }
}

/** The longest time without telemetry that any channel of the stream bears. */
function longestStaleAfterMs({ channels, staleAfterMs }: StreamDefinition): number {
  return Math.max(...channels.map((channel) => channel.staleAfterMs ?? staleAfterMs));
}
