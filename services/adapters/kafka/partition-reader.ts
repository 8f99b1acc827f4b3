import { performance } from 'node:perf_hooks';
import type { GroupPosition, ReadRequest, ReadResult } from '../../../pipelines/ports.ts';
import { existingPartition } from '../log/record-partition.ts';
import { invalid } from '../log/invalid-request.ts';
import { FetchRounds, type FetchPlace } from './fetch-rounds.ts';
import { groupPositions } from './group-positions.ts';
import { KafkaClient, type KafkaClientOptions } from './kafka-client.ts';
import { errorType } from './kafka-errors.ts';
import { isolationLevelCommitted } from './kafkajs-cluster.ts';
import type { TopicNames } from './topic-names.ts';

/** The offsets of a partition that can be read: the first kept, and the last stable one. */
export interface CommittedRange {
  readonly start: number;
  readonly end: number;
}

/** Timestamps that ask a broker for the first and the last offset, rather than for one at a time. */
const earliest = -2;
const latest = -1;
/** How long a round of waiting reads lasts at most: what a read that comes in its midst may have to wait in addition. */
const roundMs = 25;
/** For how long a broker that has woken may take itself for the leader, with a log that ends too early. */
const leaderAgreedWithinMs = 10_000;
/** How many partitions' unread rests are kept, each of a megabyte or a batch. */
const mostRests = 16;

/** Reads partitions by position, committed records only, with no consumer group. */
export class PartitionReader {
  readonly #names: TopicNames;
  readonly #client: KafkaClient;
  readonly #waitingClient: KafkaClient;
  readonly #now: FetchRounds;
  readonly #soon: FetchRounds;
  /** What was fetched beyond what was asked for, by the place that it begins at; the oldest first. */
  readonly #rests = new Map<string, ReadResult>();

  constructor(options: KafkaClientOptions, names: TopicNames) {
    this.#names = names;
    this.#client = new KafkaClient(options);
    this.#waitingClient = new KafkaClient(options);
    this.#now = new FetchRounds(this.#client, 0);
    this.#soon = new FetchRounds(this.#waitingClient, roundMs);
  }

  /** Errors: CUPOLA_LOG_UNREACHABLE, CUPOLA_LOG_ACCESS_REFUSED. */
  async connect(): Promise<void> {
    await this.#client.connect();
  }

  /** How many partitions a topic has. Errors: CUPOLA_TOPIC_UNKNOWN. */
  partitions(name: string): Promise<number> {
    return this.#client.partitions(this.#names.topic(name));
  }

  /** Errors: CUPOLA_TOPIC_UNKNOWN, CUPOLA_LOG_REQUEST_INVALID. */
  async range(name: string, partition: number): Promise<CommittedRange> {
    existingPartition(name, partition, await this.partitions(name));
    const topic = this.#names.topic(name);
    return this.#client.asking(`looking for the ends of ${topic}/${partition}`, () => this.#range(topic, partition));
  }

  /** How a group stands in a topic. Errors: CUPOLA_TOPIC_UNKNOWN. */
  async groupPositions(group: string, name: string): Promise<GroupPosition[]> {
    const count = await this.partitions(name);
    const ranges = await Promise.all(Array.from({ length: count }, (_, partition) => this.range(name, partition)));
    return groupPositions(this.#client, {
      groupId: this.#names.group(group),
      topic: this.#names.topic(name),
      ranges,
    });
  }

  /** As Log.read. */
  async read(request: ReadRequest): Promise<ReadResult> {
    const { topic: name, partition, fromOffset, maxRecords = 1000, waitMs = 0, signal } = request;
    existingPartition(name, partition, await this.partitions(name));
    if (!Number.isInteger(fromOffset) || fromOffset < 0)
      throw invalid('fromOffset', fromOffset, 'a whole number from 0');
    if (!(maxRecords >= 1)) throw invalid('maxRecords', maxRecords, 'at least 1');
    const place = { name, topic: this.#names.topic(name), partition, fromOffset };
    const found = this.#takeRest(place) ?? (await unlessAborted(this.#find(place, waitMs, signal), signal));
    return this.#upTo(maxRecords, place, found ?? { records: [], nextOffset: fromOffset });
  }

  close(): void {
    this.#client.close();
    this.#waitingClient.close();
  }

  async #find(place: FetchPlace, waitMs: number, signal: AbortSignal | undefined): Promise<ReadResult> {
    const untilMs = performance.now() + waitMs;
    const found = await this.#asking(this.#client, place, (from) => this.#now.fetch(from, 0), signal);
    if (found.nextOffset > place.fromOffset || performance.now() >= untilMs) return found;
    return this.#asking(this.#waitingClient, place, (from) => this.#soon.fetch(from, untilMs), signal);
  }

  #asking(
    client: KafkaClient,
    place: FetchPlace,
    fetch: (place: FetchPlace) => Promise<ReadResult>,
    signal: AbortSignal | undefined,
  ): Promise<ReadResult> {
    const { topic, partition, fromOffset } = place;
    const leaderAgreedMs = performance.now() + (client.nodeIds.length > 1 ? leaderAgreedWithinMs : 0);
    const fetchKept = async (): Promise<ReadResult> => {
      try {
        return await fetch(place);
      } catch (error) {
        if (errorType(error) !== 'OFFSET_OUT_OF_RANGE') throw error;
        const { start, end } = await this.#range(topic, partition);
        if (fromOffset < start) return fetch({ ...place, fromOffset: start });
        // Perhaps what is there came while the broker that answers was frozen: it is asked for again.
        if (fromOffset <= end || performance.now() < leaderAgreedMs) throw error;
        throw invalid('fromOffset', fromOffset, `at most the partition's end, ${end}`);
      }
    };
    return client.asking(`reading ${topic}/${partition} from ${fromOffset}`, fetchKept, signal);
  }

  async #range(topic: string, partition: number): Promise<CommittedRange> {
    const leader = await this.#client.leader(topic, partition);
    const offsetAt = async (timestamp: number): Promise<number> => {
      const { responses } = await leader.listOffsets({
        isolationLevel: isolationLevelCommitted,
        topics: [{ topic, partitions: [{ partition, timestamp }] }],
      });
      return Number(responses[0]!.partitions[0]!.offset);
    };
    const [start, end] = await Promise.all([offsetAt(earliest), offsetAt(latest)]);
    return { start, end };
  }

  /** Cuts what was found to what was asked for, and keeps the rest for who reads on. */
  #upTo(maxRecords: number, place: FetchPlace, found: ReadResult): ReadResult {
    if (found.records.length <= maxRecords) return found;
    const records = found.records.slice(0, maxRecords);
    const nextOffset = records.at(-1)!.offset + 1;
    this.#rests.set(restKey({ ...place, fromOffset: nextOffset }), {
      records: found.records.slice(maxRecords),
      nextOffset: found.nextOffset,
    });
    const oldest = this.#rests.keys().next();
    if (this.#rests.size > mostRests) this.#rests.delete(oldest.value!);
    return { records, nextOffset };
  }

  #takeRest(place: FetchPlace): ReadResult | undefined {
    const key = restKey(place);
    const rest = this.#rests.get(key);
    this.#rests.delete(key);
    return rest;
  }
}

function restKey({ topic, partition, fromOffset }: FetchPlace): string {
  return `${partition} ${fromOffset} ${topic}`;
}

/** What a promise gives, or null as soon as the signal aborts. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T | null> {
  if (!signal) return promise;
  const aborted = Promise.withResolvers<null>();
  const abort = (): void => aborted.resolve(null);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
    promise.catch(() => undefined);
  }
}
