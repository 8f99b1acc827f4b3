import { randomUUID } from 'node:crypto';
import type { ConnectionOptions } from 'node:tls';
import type { SASLOptions } from 'kafkajs';
import { CupolaError } from '../../../pipelines/errors.ts';
import type {
  GroupMembership,
  GroupPosition,
  GroupRequest,
  Log,
  LogWriter,
  OutgoingRecord,
  ReadRequest,
  ReadResult,
} from '../../../pipelines/ports.ts';
import type { TopicSpec } from '../../../pipelines/topics.ts';
import { invalid } from '../log/invalid-request.ts';
import { keyPartition } from '../log/key-partition.ts';
import { processName } from '../log/process-name.ts';
import { KafkaMembership, type GroupMembershipOptions } from './group-membership.ts';
import { KafkaWriter } from './kafka-writer.ts';
import { PartitionReader, type CommittedRange } from './partition-reader.ts';
import { TopicAdmin, wantedTopic } from './topic-admin.ts';
import { TopicNames } from './topic-names.ts';

export interface KafkaLogOptions {
  /** host:port of some brokers; the others are found through them. */
  readonly brokers: readonly string[];
  /** What brokers and other members know this process by; its host and id by default. */
  readonly clientId?: string;
  readonly ssl?: boolean | ConnectionOptions | undefined;
  readonly sasl?: SASLOptions | undefined;
  /** Before the name of every topic, group and writer; none by default. */
  readonly prefix?: string;
  /** Partitions of topics keyed by stream, when they are created; by default 4, or what there is already. */
  readonly partitions?: number | undefined;
  /** Replicas of topics, when they are created; 1 by default. */
  readonly replicationFactor?: number;
  /** After so long without a heartbeat a member's partitions go to others; 10 s by default. */
  readonly sessionTimeoutMs?: number;
  readonly heartbeatIntervalMs?: number;
  /** How long a transaction may take before brokers abort it; 60 s by default. */
  readonly transactionTimeoutMs?: number;
  /** How long everything is tried again while brokers are away; two minutes by default. */
  readonly patienceMs?: number;
  /** How long a broker may take to answer before another is asked; 10 s by default. */
  readonly requestTimeoutMs?: number;
  /** Hears of troubles that the log deals with by itself. */
  readonly report?: (error: CupolaError) => void;
}

const defaults = {
  clientId: processName,
  prefix: '',
  replicationFactor: 1,
  sessionTimeoutMs: 10_000,
  heartbeatIntervalMs: 250,
  rebalanceTimeoutMs: 60_000,
  transactionTimeoutMs: 60_000,
  patienceMs: 120_000,
  requestTimeoutMs: 10_000,
  report: () => undefined,
};

/**
 * Opens a log on Kafka's brokers (3.9 or later).
 *
 * Errors: CUPOLA_LOG_UNREACHABLE, CUPOLA_LOG_ACCESS_REFUSED, CUPOLA_LOG_TLS_FAILED.
 */
export async function openKafkaLog(options: KafkaLogOptions): Promise<Log> {
  const log = new KafkaLog(options);
  try {
    await log.connect();
    return log;
  } catch (error) {
    await log.close();
    throw error;
  }
}

class KafkaLog implements Log {
  readonly #closing = new AbortController();
  readonly #options: GroupMembershipOptions;
  readonly #wantedPartitions: number | undefined;
  readonly #names: TopicNames;
  readonly #topics = new Set<string>();
  readonly #reader: PartitionReader;
  readonly #admin: TopicAdmin;
  readonly #memberships = new Set<KafkaMembership>();
  #appender: Promise<KafkaWriter> | null = null;

  constructor({ partitions, ...given }: KafkaLogOptions) {
    const options = { ...defaults, ...given };
    this.#names = new TopicNames(options.prefix);
    this.#options = { ...options, names: this.#names, topics: this.#topics, closing: this.#closing.signal };
    this.#wantedPartitions = partitions;
    this.#reader = new PartitionReader(this.#options, this.#names);
    this.#admin = new TopicAdmin(this.#options, options.replicationFactor);
  }

  connect(): Promise<void> {
    return this.#reader.connect();
  }

  async ensureTopics(specs: readonly TopicSpec[]): Promise<void> {
    this.#refuseClosed();
    const names = specs.map(({ name }) => this.#names.topic(name));
    const existing = await this.#admin.partitions(names);
    const keyed = specs.filter(({ partitioning }) => partitioning === 'keyed');
    const counts = keyed.flatMap(({ name }) => existing.get(this.#names.topic(name)) ?? []);
    const partitions = agreedPartitions(this.#wantedPartitions, counts);
    const wanted = specs.map((spec) => wantedTopic(spec, this.#names, partitions));
    await this.#admin.create(wanted.filter(({ name }) => !existing.has(name)));
    for (const name of names) this.#topics.add(name);
  }

  async partitions(topic: string): Promise<number> {
    this.#refuseClosed();
    return this.#reader.partitions(topic);
  }

  async partitionOf(topic: string, key: string): Promise<number> {
    return keyPartition(key, await this.partitions(topic));
  }

  async range(topic: string, partition: number): Promise<CommittedRange> {
    this.#refuseClosed();
    return this.#reader.range(topic, partition);
  }

  async read(request: ReadRequest): Promise<ReadResult> {
    this.#refuseClosed();
    return this.#reader.read(request);
  }

  /** A transaction of a writer that nobody else can be. */
  async append(records: readonly OutgoingRecord[]): Promise<void> {
    this.#refuseClosed();
    this.#appender ??= this.#open(`append-${randomUUID()}`);
    const appender = this.#appender;
    try {
      await (await appender).commit({ records });
    } catch (error) {
      if (this.#appender === appender) this.#appender = null;
      await appender.then((writer) => writer.close()).catch(() => undefined);
      throw error;
    }
  }

  async writer(identity: string): Promise<LogWriter> {
    this.#refuseClosed();
    return this.#open(identity);
  }

  async join(request: GroupRequest): Promise<GroupMembership> {
    await this.partitions(request.topic);
    const membership = new KafkaMembership(this.#options, request);
    this.#memberships.add(membership);
    await membership.joined;
    return membership;
  }

  async groupPositions(group: string, topic: string): Promise<GroupPosition[]> {
    this.#refuseClosed();
    return this.#reader.groupPositions(group, topic);
  }

  /** Brokers apply retention and compaction by themselves. */
  async maintain(): Promise<void> {
    this.#refuseClosed();
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    await Promise.all([...this.#memberships].map((membership) => membership.expire()));
    this.#reader.close();
    this.#admin.close();
  }

  #open(identity: string): Promise<KafkaWriter> {
    return new KafkaWriter(this.#options, this.#names.writer(identity)).opened();
  }

  #refuseClosed(): void {
    if (this.#closing.signal.aborted) throw new CupolaError('CUPOLA_LOG_CLOSED', 'this log was closed');
  }
}

function agreedPartitions(wanted: number | undefined, existing: readonly number[]): number {
  const [first] = existing;
  const other = existing.find((count) => count !== (wanted ?? first));
  if (other !== undefined)
    throw invalid('partitions', wanted ?? first, `${other}, as there are already: keys would move to other partitions`);
  return wanted ?? first ?? 4;
}
