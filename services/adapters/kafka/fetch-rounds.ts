import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { ReadResult } from '../../../pipelines/ports.ts';
import { committedRecords } from './fetched-records.ts';
import type { KafkaClient } from './kafka-client.ts';
import { isolationLevelCommitted, type Broker, type FetchedPartition, type TopicPartition } from './kafkajs-cluster.ts';

/** A place to fetch from, by the name that brokers know the topic by. */
export interface FetchPlace extends TopicPartition {
  readonly fromOffset: number;
  /** The topic as its records are to name it. */
  readonly name: string;
}

/** All who ask for one place in one round. */
interface Asked {
  readonly place: FetchPlace;
  readonly answer: PromiseWithResolvers<ReadResult>;
}

/** What one request returns of a partition, and of all of them, at most; beyond it, one batch of the first. */
const partitionBytes = 1 << 20;
const requestBytes = 8 << 20;
/** How much of a partition is asked for by itself where it gave nothing, though something is committed there. */
const furtherBytes = [1 << 20, 8 << 20, 64 << 20];

/**
 * Fetches from many partitions in few requests: whatever is asked of a broker while its last answer is awaited goes
 * into one request, the next round. A round ends with the first records of any partition, or after `waitMs`.
 *
 * So the number of connections and of requests at rest does not grow with the number of readers.
 */
export class FetchRounds {
  readonly #client: KafkaClient;
  readonly #waitMs: number;
  /** What the next round of each broker is asked for, by partition; null where no round is under way. */
  readonly #next = new Map<number, Map<string, Asked>>();
  readonly #running = new Set<number>();

  constructor(client: KafkaClient, waitMs: number) {
    this.#client = client;
    this.#waitMs = waitMs;
  }

  /**
   * What lies at a place when its round ends: nothing, where nothing was committed there by then.
   *
   * Errors: those of the client, through which the caller asks.
   */
  async fetch(place: FetchPlace): Promise<ReadResult> {
    const { nodeId } = await this.#client.leader(place.topic, place.partition);
    const round = this.#next.get(nodeId) ?? new Map<string, Asked>();
    this.#next.set(nodeId, round);
    const key = `${place.partition} ${place.topic}`;
    const same = round.get(key);
    // A request names a partition once: who asks for another place in it waits for the round after.
    if (same && same.place.fromOffset !== place.fromOffset) {
      await same.answer.promise.catch(() => undefined);
      return this.fetch(place);
    }
    const asked = same ?? { place, answer: Promise.withResolvers<ReadResult>() };
    round.set(key, asked);
    if (!this.#running.has(nodeId)) void this.#run(nodeId);
    return asked.answer.promise;
  }

  async #run(nodeId: number): Promise<void> {
    this.#running.add(nodeId);
    for (;;) {
      // Who was answered in the last round asks anew in this turn of the event loop.
      await yieldToEventLoop();
      const round = this.#next.get(nodeId);
      if (!round) break;
      this.#next.delete(nodeId);
      await this.#fetchRound(nodeId, [...round.values()]);
    }
    this.#running.delete(nodeId);
  }

  async #fetchRound(nodeId: number, round: readonly Asked[]): Promise<void> {
    try {
      const broker = await this.#client.broker(nodeId);
      await answer(broker, round, this.#waitMs);
    } catch (error) {
      if (round.length === 1) return round[0]!.answer.reject(error);
      // One partition's error fails the request of all: each for itself, so that the others are not held up.
      for (const asked of round) await this.#fetchRound(nodeId, [asked]);
    }
  }
}

async function answer(broker: Broker, round: readonly Asked[], waitMs: number): Promise<void> {
  const fetched = await request(
    broker,
    round.map(({ place }) => place),
    waitMs,
    partitionBytes,
  );
  for (const { place, answer } of round) {
    const partition = fetched(place);
    answer.resolve(isCutShort(partition, place) ? await lookFurther(broker, place) : read(partition, place));
  }
}

/** Whether there is something committed that the answer has nothing of. */
function isCutShort(partition: FetchedPartition | undefined, { fromOffset }: FetchPlace): boolean {
  return partition !== undefined && partition.messages.length === 0 && Number(partition.lastStableOffset) > fromOffset;
}

/** Either other partitions took up the whole answer, or compaction left nothing but batches without a record there. */
async function lookFurther(broker: Broker, place: FetchPlace): Promise<ReadResult> {
  for (const maxBytes of furtherBytes) {
    const partition = (await request(broker, [place], 0, maxBytes))(place);
    if (!isCutShort(partition, place)) return read(partition, place);
  }
  return { records: [], nextOffset: place.fromOffset };
}

function read(partition: FetchedPartition | undefined, { name, fromOffset }: FetchPlace): ReadResult {
  return partition ? committedRecords(name, partition, fromOffset) : { records: [], nextOffset: fromOffset };
}

/** Gives what came of each place. */
async function request(
  broker: Broker,
  places: readonly FetchPlace[],
  maxWaitTime: number,
  maxBytes: number,
): Promise<(place: FetchPlace) => FetchedPartition | undefined> {
  const { responses } = await broker.fetch({
    isolationLevel: isolationLevelCommitted,
    maxWaitTime,
    minBytes: 1,
    maxBytes: Math.max(requestBytes, maxBytes),
    topics: places.map(({ topic, partition, fromOffset }) => ({
      topic,
      partitions: [{ partition, fetchOffset: String(fromOffset), maxBytes }],
    })),
  });
  return ({ topic, partition }) =>
    responses
      .filter(({ topicName }) => topicName === topic)
      .flatMap(({ partitions }) => partitions)
      .find((one) => one.partition === partition);
}
