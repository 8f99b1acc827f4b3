import { z } from 'zod';
import { CupolaError } from '../../../pipelines/errors.ts';
import type { Clock, LogRecord } from '../../../pipelines/ports.ts';
import { channelTemplate, type ChannelTemplate } from '../../../pipelines/telemetry/channel-template.ts';
import { joinSourceSamples, maxSourceChannels } from '../../../pipelines/telemetry/join-source-samples.ts';
import type { DeadLetter } from '../../../pipelines/telemetry/source-samples.ts';
import type { StreamDefinition } from '../../../pipelines/telemetry/stream-definition.ts';
import { ArrivalQueue, type Arrival, type Progress } from '../arrival-queue.ts';
import { payloadDecoder, type PayloadDecoder, type PayloadFormat } from '../payload.ts';
import type { Source, SourceChunk } from '../source.ts';
import { onlyChanges, type ReportSource } from '../source-report.ts';
import { TopicMerge, type PartitionRun, type TopicReader } from './topic-merge.ts';

/** A topic, what channel its records are of, and how they are to be read. */
export type KafkaTopic = PayloadFormat & {
  readonly topic: string;
  /** A template of `{key}` and `{topic}`; null where records name their own channels. */
  readonly channel: string | null;
};

export interface KafkaTopicsOptions {
  readonly name: string;
  readonly definitions: readonly StreamDefinition[];
  readonly clock: Clock;
  /** Opens what reads the topics. */
  readonly open: () => Promise<TopicReader>;
  readonly topics: readonly KafkaTopic[];
  /** Where to begin what was never read before. */
  readonly startFrom: 'earliest' | 'latest';
  readonly tickIntervalMs: number;
  readonly report: ReportSource;
}

interface Reading {
  readonly decode: PayloadDecoder;
  readonly channel: ChannelTemplate | null;
}

/** Of a partition at once. */
const maxRecords = 1000;
const waitMs = 250;
const retryMs = 1000;
const positionSchema = z.record(z.string(), z.number().int().nonnegative()).nullable();

/**
 * Telemetry from existing topics of Kafka, exactly once: how far each partition was read commits with what was read of it, in
 * ingest's own transaction, and no consumer group has a say. While it reads what came long ago, the source's time stands
 * still.
 */
export class KafkaTopicsSource implements Source {
  readonly name: string;
  readonly #options: KafkaTopicsOptions;
  readonly #readings: ReadonlyMap<string, Reading>;

  constructor(options: KafkaTopicsOptions) {
    this.name = options.name;
    this.#options = options;
    this.#readings = new Map(
      options.topics.map((topic) => [
        topic.topic,
        { decode: payloadDecoder(topic), channel: topic.channel === null ? null : channelTemplate(topic.channel) },
      ]),
    );
  }

  async definitions(): Promise<readonly StreamDefinition[]> {
    return this.#options.definitions;
  }

  /** Errors: CUPOLA_TOPIC_UNKNOWN, CUPOLA_LOG_ACCESS_REFUSED, CUPOLA_LOG_UNREACHABLE before anything was read. */
  async *read(position: unknown, signal: AbortSignal): AsyncIterable<SourceChunk> {
    const progress = positionSchema.parse(position);
    const ending = new AbortController();
    const stop = (): void => ending.abort();
    signal.addEventListener('abort', stop);
    const reader = await this.#options.open();
    try {
      const merge = new TopicMerge(reader, await this.#begin(reader, progress ?? {}), maxRecords);
      const queue = new ArrivalQueue({
        ...this.#options,
        // What is read ahead is bounded by runs, one at a time.
        maxPendingBytes: Infinity,
        progress,
        timePasses: () => merge.isCaughtUp,
      });
      const failed = this.#follow(merge, queue, ending.signal).catch((error: unknown) => error);
      void failed.then(stop);
      yield* queue.chunks(ending.signal);
      stop();
      const error = await failed;
      if (error !== undefined) throw error;
    } finally {
      stop();
      signal.removeEventListener('abort', stop);
      await reader.close();
    }
  }

  /** Where to begin in each partition. */
  async #begin(reader: TopicReader, progress: Progress) {
    const places: { topic: string; partition: number; offset: number }[] = [];
    for (const topic of this.#readings.keys()) {
      const partitions = await reader.partitions(topic);
      for (let partition = 0; partition < partitions; partition++) {
        const { start, end } = await reader.range(topic, partition);
        const known = progress[placeOf(topic, partition)];
        if (known !== undefined && known < start) this.#tellLoss(topic, partition, start - known);
        places.push({ topic, partition, offset: known ?? (this.#options.startFrom === 'earliest' ? start : end) });
      }
    }
    return places;
  }

  #tellLoss(topic: string, partition: number, records: number): void {
    const message = `${records} records of ${topic}/${partition} were deleted before they were read`;
    this.#options.report({ source: this.name, isWell: false, message });
  }

  /** Hands over what comes, one run ahead of the log, until the signal aborts. */
  async #follow(merge: TopicMerge, queue: ArrivalQueue, signal: AbortSignal): Promise<void> {
    const tell = onlyChanges(this.name, this.#options.report);
    let underWay: Promise<unknown> = Promise.resolve();
    while (!signal.aborted) {
      const runs = await this.#next(merge, tell, signal);
      await underWay;
      // Where the source has ended, it will be read again from the last position that was committed.
      const arrivals = runs.flatMap((run) => this.#arrivals(run));
      underWay = Promise.all(arrivals.map((arrival) => queue.put(arrival))).catch(() => undefined);
    }
  }

  async #next(merge: TopicMerge, tell: ReturnType<typeof onlyChanges>, signal: AbortSignal): Promise<PartitionRun[]> {
    try {
      const runs = await merge.next(waitMs, signal);
      if (!signal.aborted) tell(true, 'receives from its topics');
      return runs;
    } catch (error) {
      if (!(error instanceof CupolaError) || error.code !== 'CUPOLA_LOG_UNREACHABLE') throw error;
      tell(false, error.message);
      await this.#options.clock.sleep(retryMs, signal);
      return [];
    }
  }

  /** One, unless the run names more channels than fit into one. */
  #arrivals({ topic, partition, records, nextOffset }: PartitionRun): Arrival[] {
    const reading = this.#readings.get(topic)!;
    const place = placeOf(topic, partition);
    const arrivals: Arrival[] = [];
    let decoded: Pick<Arrival, 'samples' | 'rejected'>[] = [];
    let channels = 0;
    const close = (offset: number): void => {
      const samples = joinSourceSamples(decoded.map((one) => one.samples));
      const rejected = decoded.flatMap((one) => one.rejected);
      arrivals.push({ samples, rejected, progress: { [place]: offset } });
      [decoded, channels] = [[], 0];
    };
    for (const record of records) {
      const one = this.#decoded(record, reading);
      if (channels + one.samples.channelIds.length > maxSourceChannels) close(record.offset);
      decoded.push(one);
      channels += one.samples.channelIds.length;
    }
    close(nextOffset);
    return arrivals;
  }

  #decoded(record: LogRecord, { decode, channel }: Reading): Pick<Arrival, 'samples' | 'rejected'> {
    const { topic, partition, offset, key, value, timestampMs } = record;
    const filled = channel?.fill((name) => (name === 'key' ? (key ?? undefined) : topic));
    const channelId = filled && 'id' in filled ? filled.id : null;
    const bytes = value ?? new Uint8Array();
    const { samples, rejected } = decode(bytes, { source: this.name, channelId, arrivedAtMs: timestampMs });
    const place = `${placeOf(topic, partition)} at ${offset}`;
    return { samples, rejected: rejected.map((letter) => fromRecord(place, letter)) };
  }
}

function placeOf(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}

function fromRecord(place: string, letter: DeadLetter): DeadLetter {
  return { ...letter, position: `${place}, ${letter.position}` };
}
