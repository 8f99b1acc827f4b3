import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
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
import { EmbeddedDatabase } from './database.ts';
import { EmbeddedMembership } from './embedded-membership.ts';
import { EmbeddedWriter } from './embedded-writer.ts';
import { maintainLog } from './log-maintenance.ts';
import { LogStore } from './log-store.ts';

export interface EmbeddedLogOptions {
  /** A file, or `:memory:` for a log of its own, or `:memory:NAME` for one shared under that name in this process. */
  readonly path: string;
  /** Partitions of topics keyed by stream, when they are created; by default 4, or what the log already has. */
  readonly partitions?: number;
}

/**
 * Opens the embedded log: SQLite (WAL), for one process. All logs that a process opens on one path are one log, with
 * one coordinator of consumer groups; each closes for itself.
 *
 * Errors: CUPOLA_LOG_IN_USE where another process has it; CUPOLA_LOG_REQUEST_INVALID where `partitions` is not what the
 * log was created with.
 */
export function openEmbeddedLog(options: EmbeddedLogOptions): Log {
  const database = EmbeddedDatabase.acquire(options.path);
  try {
    const store = LogStore.of(database);
    agreedPartitions(options.partitions, store);
    return new EmbeddedLog(database, store, options.partitions);
  } catch (error) {
    database.release();
    throw error;
  }
}

function agreedPartitions(wanted: number | undefined, store: LogStore): number {
  const existing = store.keyedPartitions;
  if (wanted !== undefined && !(Number.isInteger(wanted) && wanted >= 1 && wanted <= 1024))
    throw invalid('partitions', wanted, 'a whole number from 1 to 1024');
  if (wanted !== undefined && existing !== null && wanted !== existing)
    throw invalid('partitions', wanted, `${existing}, as this log was created: keys would move to other partitions`);
  return wanted ?? existing ?? 4;
}

class EmbeddedLog implements Log {
  readonly #database: EmbeddedDatabase;
  readonly #store: LogStore;
  readonly #wantedPartitions: number | undefined;
  readonly #closing = new AbortController();

  constructor(database: EmbeddedDatabase, store: LogStore, wantedPartitions: number | undefined) {
    this.#database = database;
    this.#store = store;
    this.#wantedPartitions = wantedPartitions;
  }

  async ensureTopics(specs: readonly TopicSpec[]): Promise<void> {
    this.#refuseClosed();
    this.#store.ensureTopics(specs, agreedPartitions(this.#wantedPartitions, this.#store));
  }

  async partitions(topic: string): Promise<number> {
    this.#refuseClosed();
    return this.#store.topic(topic).partitions.length;
  }

  async partitionOf(topic: string, key: string): Promise<number> {
    this.#refuseClosed();
    return keyPartition(key, this.#store.topic(topic).partitions.length);
  }

  async range(topic: string, number: number): Promise<{ start: number; end: number }> {
    this.#refuseClosed();
    const partition = this.#store.partition(topic, number);
    return { start: this.#store.start(partition), end: partition.end };
  }

  async read(request: ReadRequest): Promise<ReadResult> {
    const { fromOffset, maxRecords = 1000, waitMs = 0, signal } = request;
    this.#refuseClosed();
    const partition = this.#store.partition(request.topic, request.partition);
    if (!Number.isInteger(fromOffset) || fromOffset < 0 || fromOffset > partition.end)
      throw invalid('fromOffset', fromOffset, `a whole number from 0 to the partition's end, ${partition.end}`);
    if (!(maxRecords >= 1)) throw invalid('maxRecords', maxRecords, 'at least 1');
    if (fromOffset === partition.end && waitMs > 0) {
      const signals = signal ? [signal, this.#closing.signal] : [this.#closing.signal];
      await this.#store.arrivals.wait(partition, waitMs, signals);
    }
    // SQLite answers at once: without this, a loop of reads would leave timers and sockets no turn.
    await yieldToEventLoop();
    this.#refuseClosed();
    if (signal?.aborted) return { records: [], nextOffset: fromOffset };
    return this.#store.read(partition, fromOffset, maxRecords);
  }

  async append(records: readonly OutgoingRecord[]): Promise<void> {
    this.#refuseClosed();
    this.#store.commit(records, null, null);
    await yieldToEventLoop();
  }

  async writer(identity: string): Promise<LogWriter> {
    this.#refuseClosed();
    return new EmbeddedWriter(this.#store, identity, this.#closing.signal);
  }

  async join(request: GroupRequest): Promise<GroupMembership> {
    this.#refuseClosed();
    const membership = new EmbeddedMembership(this.#store, request, this.#closing.signal);
    await membership.joined;
    return membership;
  }

  async groupPositions(group: string, topic: string): Promise<GroupPosition[]> {
    this.#refuseClosed();
    const members = this.#store.group(group, topic);
    return this.#store.topic(topic).partitions.map((partition) => {
      const { number, end } = partition;
      const offset = this.#store.position(group, topic, number);
      const lag = end - (offset ?? this.#store.start(partition));
      return { partition: number, offset, lag, member: members.isOwned(number) ? processName : null };
    });
  }

  async maintain(nowMs: number): Promise<void> {
    this.#refuseClosed();
    for (const _partition of maintainLog(this.#store, nowMs)) {
      await yieldToEventLoop();
      this.#refuseClosed();
    }
  }

  /** What still runs here loses its partitions at once; who wants to end in order leaves its groups first. */
  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    this.#database.release();
  }

  #refuseClosed(): void {
    if (this.#closing.signal.aborted) throw new CupolaError('CUPOLA_LOG_CLOSED', 'this log was closed');
  }
}
