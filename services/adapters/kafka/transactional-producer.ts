import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KafkaClient } from './kafka-client.ts';
import { isOutOfSequence } from './kafka-errors.ts';
import { openTransactions } from './open-transactions.ts';
import { renewedEpoch } from './renewed-epoch.ts';
import { stableOffset } from './stable-offset.ts';
import { transactionState } from './transaction-state.ts';
import {
  isolationLevelCommitted,
  type Broker,
  type ProducedMessage,
  type ProducerIdentity,
  type TopicPartition,
} from './kafkajs-cluster.ts';

/** Messages of one partition, in order; each batch is one request. */
export interface PartitionMessages extends TopicPartition {
  readonly batches: readonly (readonly ProducedMessage[])[];
}

/** The place after the last record written to a partition. */
export interface PartitionEnd extends TopicPartition {
  readonly end: number;
}

/** A group's positions, by topic. */
export interface GroupOffsets {
  readonly groupId: string;
  readonly partition: number;
  readonly offsets: Readonly<Record<string, number>>;
}

export interface TransactionalProducerOptions {
  /** After so long without an end, the broker aborts a transaction. */
  readonly transactionTimeoutMs: number;
  readonly requestTimeoutMs: number;
}

/** How often a transaction is written, at most. */
const mostAttempts = 5;
/** How long markers take at most, where none was lost. */
const markersWithinMs = 2000;
/** For how long a commit waits to be seen: longer, and some other writer holds the partition back. */
const visibleWithinMs = 10_000;
const maxSequence = 2 ** 31;

/**
 * One transactional id on the wire: its producer id and epoch, and the sequence number of each partition, by which
 * brokers drop what is sent twice.
 *
 * Each request carries one partition's records and is sent again, under the same sequence number, until that partition's
 * leader has acknowledged it. (kafkajs' producer keeps the answers of one send by broker, so that a partition which
 * moves to a broker that has answered already is never sent: kafkajs issue 1303.)
 *
 * Where a leader and this side no longer agree on those, it takes a new epoch, which brokers grant to the newest producer
 * of an id only, and writes the transaction again. After any other error it is of no more use.
 */
export class TransactionalProducer {
  readonly #client: KafkaClient;
  readonly #transactionalId: string;
  readonly #options: TransactionalProducerOptions;
  readonly #sequences = new Map<string, number>();
  #identity: ProducerIdentity | null = null;

  constructor(client: KafkaClient, transactionalId: string, options: TransactionalProducerOptions) {
    this.#client = client;
    this.#transactionalId = transactionalId;
    this.#options = options;
  }

  /**
   * Fences earlier producers of this id; what one of them left open is aborted by then. Returns what had become of their
   * last transaction, in Kafka's words.
   */
  async open(): Promise<string | null> {
    const transactionalId = this.#transactionalId;
    const state = await this.#coordinated('looking at', (coordinator) =>
      transactionState(coordinator, transactionalId),
    );
    const request = { transactionalId, transactionTimeout: this.#options.transactionTimeoutMs };
    const opened = await this.#coordinated('opening', (coordinator) => coordinator.initProducerId(request));
    this.#identity = { transactionalId, producerId: opened.producerId, producerEpoch: opened.producerEpoch };
    return state;
  }

  /** Makes all of it visible, or nothing. */
  async commit(parts: readonly PartitionMessages[], offsets: GroupOffsets | null): Promise<void> {
    const ends = await this.#writeForSure(parts, offsets);
    await this.#end(this.#identity!, true);
    if (await this.#isVisible(ends, offsets, markersWithinMs)) return;
    await this.mark(parts, offsets, true);
    await this.#isVisible(ends, offsets, visibleWithinMs);
  }

  /** Those of the topics' partitions in which the last transaction of this id, whoever's it was, has no marker yet. */
  unmarked(topics: readonly string[], signal: AbortSignal): Promise<TopicPartition[]> {
    return openTransactions(this.#client, this.#identity!.producerId, topics, signal);
  }

  /**
   * Writes the markers of the last transaction again, as an empty one over the same partitions with the same decision.
   *
   * A coordinator of Kafka 4.3.1 that loads a decided transaction takes partitions without a leader for deleted and never
   * writes their markers, so that the transaction stays open there. (3.9 waits for a leader.)
   */
  async mark(
    parts: readonly TopicPartition[],
    offsets: Pick<GroupOffsets, 'groupId'> | null,
    isCommit: boolean,
  ): Promise<void> {
    if (parts.length > 0) await this.#addPartitions(this.#identity!, parts);
    if (offsets) await this.#addOffsets(this.#identity!, offsets);
    await this.#end(this.#identity!, isCommit);
  }

  /** Where a broker no longer follows the sequence numbers, begins anew: nothing of it was to be seen yet. */
  async #writeForSure(parts: readonly PartitionMessages[], offsets: GroupOffsets | null): Promise<PartitionEnd[]> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.write(parts, offsets);
      } catch (error) {
        if (!isOutOfSequence(error) || attempt === mostAttempts) throw error;
        await this.#renew();
      }
    }
  }

  async #renew(): Promise<void> {
    const { transactionTimeoutMs } = this.#options;
    // Kafka 3.9 would fence whoever asks for a new epoch amid its own transaction.
    await this.#end(this.#identity!, false);
    this.#identity = await this.#coordinated('beginning anew', (coordinator) =>
      renewedEpoch(coordinator, this.#identity!, transactionTimeoutMs),
    );
    this.#sequences.clear();
  }

  /** Begins a transaction and writes all of it, for nobody to see yet; returns the places after the last records. */
  async write(parts: readonly PartitionMessages[], offsets: GroupOffsets | null): Promise<PartitionEnd[]> {
    const identity = this.#identity!;
    if (parts.length > 0) await this.#addPartitions(identity, parts);
    if (offsets) await this.#addOffsets(identity, offsets);
    // All, before anything else: one that is still under way must not count on in what comes after.
    const produced = await Promise.allSettled(parts.map((part) => this.#produce(identity, part)));
    const ends = produced.map((one) => {
      if (one.status === 'rejected') throw one.reason;
      return one.value;
    });
    if (offsets) await this.#commitOffsets(identity, offsets);
    return ends;
  }

  /** Gives up what was begun, so that readers need not wait for the transaction to time out. */
  async abort(): Promise<void> {
    if (this.#identity) await this.#end(this.#identity, false);
  }

  async #addPartitions(identity: ProducerIdentity, parts: readonly TopicPartition[]): Promise<void> {
    const topics = parts.map(({ topic, partition }) => ({ topic, partitions: [partition] }));
    await this.#coordinated('beginning', (coordinator) => coordinator.addPartitionsToTxn({ ...identity, topics }));
  }

  async #addOffsets(identity: ProducerIdentity, { groupId }: Pick<GroupOffsets, 'groupId'>): Promise<void> {
    await this.#coordinated('beginning', (coordinator) => coordinator.addOffsetsToTxn({ ...identity, groupId }));
  }

  async #produce(identity: ProducerIdentity, { topic, partition, batches }: PartitionMessages): Promise<PartitionEnd> {
    const key = `${partition} ${topic}`;
    let end = 0;
    for (const messages of batches) {
      const firstSequence = this.#sequences.get(key) ?? 0;
      const request = {
        ...identity,
        acks: -1 as const,
        // All replicas in sync must have it before this side gives the broker up.
        timeout: Math.ceil(0.8 * this.#options.requestTimeoutMs),
        topicData: [{ topic, partitions: [{ partition, firstSequence, messages }] }],
      };
      const { topics } = await this.#client.asking(`writing to ${topic}/${partition}`, async () => {
        const leader = await this.#client.leader(topic, partition);
        return leader.produce(request);
      });
      this.#sequences.set(key, (firstSequence + messages.length) % maxSequence);
      end = Number(topics[0]!.partitions[0]!.baseOffset) + messages.length;
    }
    return { topic, partition, end };
  }

  async #commitOffsets(identity: ProducerIdentity, { groupId, partition, offsets }: GroupOffsets): Promise<void> {
    const topics = Object.entries(offsets).map(([topic, offset]) => ({
      topic,
      partitions: [{ partition, offset: String(offset), metadata: null }],
    }));
    await this.#client.asking(`committing positions of ${groupId}`, async () => {
      const coordinator = await this.#client.coordinator('group', groupId);
      await coordinator.txnOffsetCommit({ ...identity, groupId, topics });
    });
  }

  async #end(identity: ProducerIdentity, transactionResult: boolean): Promise<void> {
    await this.#coordinated('committing', (coordinator) => coordinator.endTxn({ ...identity, transactionResult }));
  }

  #coordinated<T>(doing: string, ask: (coordinator: Broker) => Promise<T>): Promise<T> {
    return this.#client.asking(`${doing} a transaction of ${this.#transactionalId}`, async () =>
      ask(await this.#client.coordinator('transaction', this.#transactionalId)),
    );
  }

  /**
   * A commit is acknowledged some milliseconds before its markers are in the partitions, which readers wait for, and in
   * the group's positions.
   */
  async #isVisible(ends: readonly PartitionEnd[], offsets: GroupOffsets | null, withinMs: number): Promise<boolean> {
    const deadline = performance.now() + withinMs;
    const visible = await Promise.all([
      ...ends.map((end) => soon(() => this.#isRead(end), deadline)),
      ...(offsets ? [soon(() => this.#isFinal(offsets), deadline)] : []),
    ]);
    return visible.every(Boolean);
  }

  async #isRead({ topic, partition, end }: PartitionEnd): Promise<boolean> {
    const request = {
      isolationLevel: isolationLevelCommitted,
      topics: [{ topic, partitions: [{ partition, timestamp: -1 }] }],
    };
    const { responses } = await this.#client.asking(`looking for the end of ${topic}/${partition}`, async () =>
      (await this.#client.leader(topic, partition)).listOffsets(request),
    );
    return Number(responses[0]!.partitions[0]!.offset) >= end;
  }

  async #isFinal({ groupId, partition, offsets }: GroupOffsets): Promise<boolean> {
    // One marker ends them all.
    const [topic] = Object.keys(offsets);
    if (topic === undefined) return true;
    const { isUnstable } = await this.#client.asking(`looking for positions of ${groupId}`, async () =>
      stableOffset(await this.#client.coordinator('group', groupId), groupId, { topic, partition }),
    );
    return !isUnstable;
  }
}

/** Asks until the answer is yes, or the time is up. */
async function soon(ask: () => Promise<boolean>, deadline: number): Promise<boolean> {
  for (let delayMs = 0; performance.now() < deadline; delayMs = Math.min(delayMs + 1, 20)) {
    if (await ask()) return true;
    await sleep(delayMs);
  }
  return false;
}
