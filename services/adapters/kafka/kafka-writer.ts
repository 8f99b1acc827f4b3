import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LogTransaction, LogWriter, OutgoingRecord } from '../../../pipelines/ports.ts';
import { CupolaError } from '../../../pipelines/errors.ts';
import { invalid } from '../log/invalid-request.ts';
import { recordPartition } from '../log/record-partition.ts';
import { toMessage } from './fetched-records.ts';
import { KafkaClient, type KafkaClientOptions } from './kafka-client.ts';
import type { ProducedMessage, TopicPartition } from './kafkajs-cluster.ts';
import type { TopicNames } from './topic-names.ts';
import {
  TransactionalProducer,
  type GroupOffsets,
  type PartitionMessages,
  type TransactionalProducerOptions,
} from './transactional-producer.ts';

/** How long the markers of an earlier writer's last transaction take at most, where none was lost. */
const settledWithinMs = 2000;
/** How long partitions without a leader are waited for: one that comes later must not hold up those that are there. */
const leadersWithinMs = 10_000;
/**
 * States of a transaction, in Kafka's words, that is aborted by the time that its next writer is opened. Of one that an earlier
 * writer left to this one nothing is known any more (Empty): most are committed.
 */
const aborted = new Set(['Ongoing', 'PrepareAbort', 'CompleteAbort', 'PrepareEpochFence']);
/** What one request carries at most, or one record: less than a broker takes by default. */
const batchBytes = 900_000;
/** What a record takes beside its key, value and headers, at most. */
const recordOverheadBytes = 40;
const giveUpWithinMs = 1000;

export interface KafkaWriterOptions extends KafkaClientOptions, TransactionalProducerOptions {
  readonly names: TopicNames;
  /** By their names to brokers, all that a writer may have written to. */
  readonly topics: ReadonlySet<string>;
  /** Ends every writer of the log. */
  readonly closing: AbortSignal;
}

/**
 * A writer with a transactional id; opening one fences all earlier ones of that id.
 *
 * Once a commit has failed the writer has ended: what was written is known again only to a writer opened anew.
 */
export class KafkaWriter implements LogWriter {
  readonly #client: KafkaClient;
  readonly #producer: TransactionalProducer;
  readonly #id: string;
  readonly #names: TopicNames;
  readonly #topics: ReadonlySet<string>;
  readonly #unlisten: () => void;
  #tail: Promise<void> = Promise.resolve();
  #ended: CupolaError | null = null;

  constructor(options: KafkaWriterOptions, transactionalId: string) {
    this.#id = transactionalId;
    this.#names = options.names;
    this.#topics = options.topics;
    const close = (): void => this.end(new CupolaError('CUPOLA_LOG_CLOSED', 'this log was closed'));
    options.closing.addEventListener('abort', close);
    this.#unlisten = () => options.closing.removeEventListener('abort', close);
    this.#client = new KafkaClient(options);
    this.#producer = new TransactionalProducer(this.#client, transactionalId, options);
  }

  /** Commits one after the other, in call order. */
  commit(transaction: LogTransaction): Promise<void> {
    const commit = this.#tail.then(() => this.#commit(transaction));
    this.#tail = commit.catch(() => undefined);
    return commit;
  }

  async close(): Promise<void> {
    await this.#tail;
    this.end(new CupolaError('CUPOLA_LOG_CLOSED', `writer ${this.#id} was closed`));
  }

  /** Refuses all further commits with this error, unless an earlier one is the reason already. */
  end(error: CupolaError): void {
    this.#ended ??= error;
    this.#unlisten();
    this.#client.close();
  }

  /** Fences earlier writers of this id. Errors: those of the client. */
  async opened(): Promise<this> {
    try {
      const state = await this.#producer.open();
      if (state !== null) await this.#settle(!aborted.has(state));
      return this;
    } catch (error) {
      this.end(error as CupolaError);
      throw error;
    }
  }

  /** The group whose positions an earlier writer's transaction has yet to change; null where there are none. */
  protected async unsettledGroup(): Promise<{ readonly groupId: string } | null> {
    return null;
  }

  /** What a commit does first: throws where this writer may not commit any more. */
  protected refuseUnowned(): void {}

  protected positions(offsets: LogTransaction['offsets']): GroupOffsets | null {
    if (offsets === undefined) return null;
    throw invalid('offsets', JSON.stringify(offsets), 'left out: only an assignment of a group has positions');
  }

  /**
   * Waits for what an earlier writer of this id decided. Where markers were lost, see mark(), they are written again: or
   * nobody would see what it committed before this one commits to the same places, nor anything behind it.
   */
  async #settle(isCommit: boolean): Promise<void> {
    const deadline = performance.now() + settledWithinMs;
    const looking = AbortSignal.timeout(leadersWithinMs);
    for (;;) {
      const [unmarked, group] = await Promise.all([this.#unmarked(looking), this.unsettledGroup()]);
      if (unmarked.length === 0 && group === null) return;
      if (performance.now() > deadline) return this.#producer.mark(unmarked, group, isCommit);
      await sleep(20);
    }
  }

  async #unmarked(looking: AbortSignal): Promise<TopicPartition[]> {
    try {
      return await this.#producer.unmarked([...this.#topics], looking);
    } catch (error) {
      if (looking.aborted && !this.#ended) return [];
      throw error;
    }
  }

  async #commit({ records, offsets }: LogTransaction): Promise<void> {
    if (this.#ended) throw this.#ended;
    const positions = this.positions(offsets);
    const parts = await this.#place(records);
    if (parts.length === 0 && positions === null) return;
    this.refuseUnowned();
    try {
      await this.#producer.commit(parts, positions);
    } catch (error) {
      await this.#fail(error as CupolaError);
    }
  }

  async #fail(cause: CupolaError): Promise<never> {
    if (this.#ended) throw this.#ended;
    const isOwn = cause.code === 'CUPOLA_WRITER_FENCED' || cause.code === 'CUPOLA_LOG_REQUEST_INVALID';
    const ending = isOwn
      ? cause
      : new CupolaError('CUPOLA_COMMIT_UNCERTAIN', `writer ${this.#id} ended: ${cause.message}`, { cause });
    if (cause.code !== 'CUPOLA_WRITER_FENCED') await Promise.race([this.#giveUp(), sleep(giveUpWithinMs)]);
    this.end(ending);
    throw ending;
  }

  /** Spares readers the wait for the transaction's time-out; where it does not succeed, that is what they do. */
  async #giveUp(): Promise<void> {
    await this.#producer.abort().catch(() => undefined);
  }

  async #place(records: readonly OutgoingRecord[]): Promise<PartitionMessages[]> {
    const appendedAtMs = Date.now();
    const parts = new Map<string, { topic: string; partition: number; messages: ProducedMessage[] }>();
    for (const record of records) {
      const topic = this.#names.topic(record.topic);
      const partition = recordPartition(record, await this.#client.partitions(topic));
      const key = `${partition} ${topic}`;
      const part = parts.get(key) ?? { topic, partition, messages: [] };
      parts.set(key, part);
      part.messages.push(toMessage(record, appendedAtMs));
    }
    return [...parts.values()].map(({ topic, partition, messages }) => ({
      topic,
      partition,
      batches: inBatches(messages),
    }));
  }
}

function inBatches(messages: readonly ProducedMessage[]): ProducedMessage[][] {
  const batches: ProducedMessage[][] = [];
  let bytes = Infinity;
  for (const message of messages) {
    const more = messageBytes(message);
    if (bytes + more > batchBytes) {
      batches.push([]);
      bytes = 0;
    }
    batches.at(-1)!.push(message);
    bytes += more;
  }
  return batches;
}

function messageBytes({ key, value, headers }: ProducedMessage): number {
  const inHeaders = Object.entries(headers).reduce(
    (sum, [name, text]) => sum + 3 * (name.length + text.length) + 10,
    0,
  );
  return recordOverheadBytes + 3 * (key?.length ?? 0) + (value?.length ?? 0) + inHeaders;
}
