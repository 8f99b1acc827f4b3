import { performance } from 'node:perf_hooks';
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { ReadResult } from '../../../pipelines/ports.ts';
import { committedRecords } from './fetched-records.ts';
import type { KafkaClient } from './kafka-client.ts';
import { errorType } from './kafka-errors.ts';
import { isolationLevelCommitted, type Broker, type FetchedPartition, type TopicPartition } from './kafkajs-cluster.ts';

/** A place to fetch from, by the name that brokers know the topic by. */
export interface FetchPlace extends TopicPartition {
  readonly fromOffset: number;
  /** The topic as its records are to name it. */
  readonly name: string;
}

/** One who asks, until there is something or the time is up. */
interface Asker extends PromiseWithResolvers<ReadResult> {
  readonly place: FetchPlace;
  /** Of performance.now(): a round that ends later is the last. */
  readonly untilMs: number;
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
  /** Who waits for an answer of a broker; none where no round is under way. */
  readonly #askers = new Map<number, Set<Asker>>();

  constructor(client: KafkaClient, waitMs: number) {
    this.#client = client;
    this.#waitMs = waitMs;
  }

  /**
   * What lies at a place as soon as there is something; nothing, where a round ended after `untilMs` (of
   * performance.now()) and nothing was committed there yet.
   *
   * Errors: those of the client, through which the caller asks.
   */
  async fetch(place: FetchPlace, untilMs: number): Promise<ReadResult> {
    const { nodeId } = await this.#client.leader(place.topic, place.partition);
    const asker = { place, untilMs, ...Promise.withResolvers<ReadResult>() };
    const askers = this.#askers.get(nodeId);
    if (askers) askers.add(asker);
    else {
      this.#askers.set(nodeId, new Set([asker]));
      void this.#run(nodeId);
    }
    return asker.promise;
  }

  async #run(nodeId: number): Promise<void> {
    const askers = this.#askers.get(nodeId)!;
    while (askers.size > 0) {
      const round = nextRound(askers);
      // In their next turn, those who ask for another place in the same partition go first.
      for (const asker of round.flat()) askers.delete(asker);
      for (const asker of await this.#fetchRound(nodeId, round)) askers.add(asker);
      // Who was answered asks anew in this turn of the event loop.
      await yieldToEventLoop();
    }
    this.#askers.delete(nodeId);
  }

  /** Answers who can be answered, and returns who waits on. */
  async #fetchRound(nodeId: number, round: readonly Asker[][]): Promise<Asker[]> {
    try {
      return await answer(await this.#client.broker(nodeId), round, this.#waitMs);
    } catch (error) {
      // One partition's error fails the request of all: each for itself, so that the others are not held up.
      if (round.length > 1 && errorType(error) !== null) {
        const each = round.map((askers) => this.#fetchRound(nodeId, [askers]));
        return (await Promise.all(each)).flat();
      }
      for (const asker of round.flat()) asker.reject(error);
      return [];
    }
  }
}

/** Askers by place: a request names a partition once, so that others may have to wait for the round after. */
function nextRound(askers: Iterable<Asker>): Asker[][] {
  const round = new Map<string, Asker[]>();
  for (const asker of askers) {
    const key = `${asker.place.partition} ${asker.place.topic}`;
    const same = round.get(key);
    if (same === undefined) round.set(key, [asker]);
    else if (same[0]!.place.fromOffset === asker.place.fromOffset) same.push(asker);
  }
  return [...round.values()];
}

async function answer(broker: Broker, round: readonly Asker[][], waitMs: number): Promise<Asker[]> {
  const places = round.map((askers) => askers[0]!.place);
  const fetched = await request(broker, places, waitMs, partitionBytes);
  const waiting: Asker[] = [];
  for (const [i, place] of places.entries()) {
    const partition = fetched(place);
    const found = isCutShort(partition, place) ? await lookFurther(broker, place) : read(partition, place);
    for (const asker of round[i]!) {
      if (found.nextOffset > place.fromOffset || performance.now() >= asker.untilMs) asker.resolve(found);
      else waiting.push(asker);
    }
  }
  return waiting;
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
