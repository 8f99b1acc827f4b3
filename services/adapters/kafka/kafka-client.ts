import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { CupolaError } from '../../../pipelines/errors.ts';
import { cupolaError, errorType, isPassing, silentBroker } from './kafka-errors.ts';
import { openCluster, type Broker, type KafkaConnection, type OpenedCluster } from './kafkajs-cluster.ts';

export interface KafkaClientOptions extends KafkaConnection {
  /** How long what was asked for is tried again while brokers are away. */
  readonly patienceMs: number;
  /** A broker that takes longer than this to answer is taken for dead, and its connections are broken. */
  readonly requestTimeoutMs: number;
}

/** Kafka's numbers for who coordinates. */
const coordinatorTypes = { group: 0, transaction: 1 } as const;

export type CoordinatorType = keyof typeof coordinatorTypes;

const backoff = { firstMs: 2, mostMs: 250 };

/**
 * Connections of one part of the adapter to all brokers: finds who leads a partition and who coordinates a group or a
 * transaction, and asks again, after looking anew, while that is in doubt.
 *
 * Each part has its own, since a broker answers the requests of one connection one after the other: a long wait in one
 * part must not hold up another.
 */
export class KafkaClient {
  readonly #opened: OpenedCluster;
  readonly #patienceMs: number;
  readonly #coordinators = new Map<string, number>();
  readonly #topics = new Set<string>();
  readonly #closing = new AbortController();

  constructor(options: KafkaClientOptions) {
    this.#opened = openCluster(options, options.requestTimeoutMs);
    this.#patienceMs = options.patienceMs;
  }

  /** Aborts when the client is closed. */
  get closed(): AbortSignal {
    return this.#closing.signal;
  }

  get nodeIds(): readonly number[] {
    return this.#opened.cluster.getNodeIds().map(Number);
  }

  /**
   * Asks until it is answered, the patience has run out, or the answer will not change.
   *
   * Errors: those of cupolaError; CUPOLA_LOG_CLOSED where the client was closed meanwhile.
   */
  async asking<T>(doing: string, ask: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const deadline = performance.now() + this.#patienceMs;
    const signals = signal ? [signal, this.closed] : [this.closed];
    for (let delayMs = backoff.firstMs; ; delayMs = Math.min(2 * delayMs, backoff.mostMs)) {
      this.#refuseClosed();
      try {
        return await ask();
      } catch (error) {
        this.#refuseClosed();
        if (!isPassing(error) || signal?.aborted || performance.now() > deadline) throw cupolaError(error, doing);
        await this.lookAnew(error);
        await sleep(delayMs, undefined, { signal: AbortSignal.any(signals) }).catch(() => undefined);
      }
    }
  }

  async connect(): Promise<void> {
    await this.asking('connecting', () => this.#opened.cluster.connect());
  }

  /** How many partitions a topic has. Errors: CUPOLA_TOPIC_UNKNOWN. */
  async partitions(topic: string): Promise<number> {
    return this.asking(`looking for topic ${topic}`, async () => (await this.#partitionsOf(topic)).length);
  }

  async leader(topic: string, partition: number): Promise<Broker> {
    const found = (await this.#partitionsOf(topic)).find(({ partitionId }) => partitionId === partition);
    return this.broker(found?.leader ?? -1);
  }

  async coordinator(type: CoordinatorType, id: string): Promise<Broker> {
    const key = `${type} ${id}`;
    const known = this.#coordinators.get(key);
    if (known !== undefined) return this.broker(known);
    await this.#refreshedMetadata();
    // kafkajs' own search hides why it found none, a refusal too.
    const anyone = await this.#opened.cluster.brokerPool.findConnectedBroker();
    const { coordinator } = await anyone.findGroupCoordinator({ groupId: id, coordinatorType: coordinatorTypes[type] });
    this.#coordinators.set(key, coordinator.nodeId);
    return this.broker(coordinator.nodeId);
  }

  async broker(nodeId: number): Promise<Broker> {
    return this.#opened.cluster.findBroker({ nodeId });
  }

  /** Forgets what an error may show to be out of date. Its own trouble is no news: the next attempt will have it too. */
  async lookAnew(trouble: unknown): Promise<void> {
    if (errorType(trouble) === 'CONCURRENT_TRANSACTIONS') return;
    const silent = silentBroker(trouble);
    if (silent !== null) this.#opened.avoid(silent);
    this.#coordinators.clear();
    await this.#opened.cluster.refreshMetadata().catch(() => undefined);
  }

  /** At once: what is under way fails with CUPOLA_LOG_CLOSED. */
  close(): void {
    this.#closing.abort();
    this.#opened.disconnect();
  }

  async #partitionsOf(topic: string): Promise<readonly { readonly partitionId: number; readonly leader: number }[]> {
    const { cluster } = this.#opened;
    if (!this.#topics.has(topic)) {
      await cluster.connect();
      try {
        await cluster.addMultipleTargetTopics([topic]);
      } catch (error) {
        if (errorType(error) !== 'UNKNOWN_TOPIC_OR_PARTITION') throw error;
        throw new CupolaError('CUPOLA_TOPIC_UNKNOWN', `there is no topic ${topic}`, { field: 'topic', value: topic });
      }
      this.#topics.add(topic);
    }
    await cluster.refreshMetadataIfNecessary();
    return cluster.findTopicPartitionMetadata(topic);
  }

  async #refreshedMetadata(): Promise<void> {
    const { cluster } = this.#opened;
    await cluster.connect();
    await cluster.refreshMetadataIfNecessary();
  }

  #refuseClosed(): void {
    if (this.closed.aborted) throw new CupolaError('CUPOLA_LOG_CLOSED', 'this log was closed');
  }
}
