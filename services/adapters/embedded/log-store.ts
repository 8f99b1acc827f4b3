import { CupolaError } from '../../../pipelines/errors.ts';
import type { LogRecord, OutgoingRecord, ReadResult } from '../../../pipelines/ports.ts';
import type { TopicSpec } from '../../../pipelines/topics.ts';
import { Arrivals } from './arrivals.ts';
import { ConsumerGroup } from './consumer-group.ts';
import type { EmbeddedDatabase } from './database.ts';
import { invalid } from '../log/invalid-request.ts';
import { existingPartition, recordPartition } from '../log/record-partition.ts';
import { prepareLog } from './log-schema.ts';
import type { LogStatements } from './log-schema.ts';
import { decodeRecordBatch, encodeRecordBatch } from './record-batch.ts';

/** One partition of a topic, and where it ends: the position after its last committed record. */
export interface Partition {
  readonly topic: Topic;
  readonly number: number;
  end: number;
}

export interface Topic {
  readonly id: number;
  readonly spec: TopicSpec;
  readonly partitions: Partition[];
}

/** A writer's identity and its turn at it: only the newest epoch may commit. */
export interface WriterEpoch {
  readonly identity: string;
  readonly epoch: number;
}

/** A group's positions in one partition number, by topic. */
export interface GroupPositions {
  readonly group: string;
  readonly partition: number;
  readonly offsets: Readonly<Record<string, number>>;
}

type TopicRow = Omit<TopicSpec, 'compacted'> & { id: number; partitions: number; compacted: number };

/** What one row holds at most, so that a short read does not fetch a long batch. */
const maxRowRecords = 1000;
const maxRowBytes = 1 << 20;
/** What one read returns at most, beyond its first row. */
const maxReadBytes = 8 << 20;

/**
 * The log in its database: synchronous, and one in a process for each database, whoever opens it. Since the process has
 * the database to itself, where each partition ends is kept in memory.
 */
export class LogStore {
  static readonly #stores = new WeakMap<EmbeddedDatabase, LogStore>();

  readonly statements: LogStatements;
  readonly arrivals = new Arrivals<Partition>();
  readonly #database: EmbeddedDatabase;
  readonly #topics = new Map<string, Topic>();
  readonly #groups = new Map<string, ConsumerGroup>();

  /** The store of a database: the same for all who ask in this process. */
  static of(database: EmbeddedDatabase): LogStore {
    const store = this.#stores.get(database) ?? new LogStore(database);
    this.#stores.set(database, store);
    return store;
  }

  private constructor(database: EmbeddedDatabase) {
    this.#database = database;
    this.statements = prepareLog(database.sqlite);
    this.#loadTopics();
  }

  transaction<T>(write: () => T): T {
    return this.#database.transaction(write);
  }

  /** How many partitions topics keyed by stream have here; null before there is one. */
  get keyedPartitions(): number | null {
    const keyed = [...this.#topics.values()].find(({ spec }) => spec.partitioning === 'keyed');
    return keyed?.partitions.length ?? null;
  }

  get topics(): Iterable<Topic> {
    return this.#topics.values();
  }

  ensureTopics(specs: readonly TopicSpec[], keyedPartitions: number): void {
    this.#database.transaction(() => {
      for (const { name, partitioning, retentionMs, compacted } of specs) {
        if (this.#topics.has(name)) continue;
        const partitions = partitioning === 'keyed' ? keyedPartitions : 1;
        this.statements.insertTopic.run(name, partitioning, partitions, retentionMs, Number(compacted));
      }
    });
    this.#loadTopics();
  }

  topic(name: string): Topic {
    const topic = this.#topics.get(name);
    if (topic) return topic;
    throw new CupolaError('CUPOLA_TOPIC_UNKNOWN', `there is no topic ${name}`, { field: 'topic', value: name });
  }

  partition(topic: string, number: number): Partition {
    const { partitions } = this.topic(topic);
    return partitions[existingPartition(topic, number, partitions.length)]!;
  }

  /** First offset kept; the end where nothing was ever written. */
  start(partition: Partition): number {
    const row = this.statements.start.get(partition.topic.id, partition.number) as { start: number | null };
    return row.start ?? partition.end;
  }

  read(partition: Partition, fromOffset: number, maxRecords: number): ReadResult {
    const { topic, number } = partition;
    const records: LogRecord[] = [];
    let bytes = 0;
    for (const row of this.statements.batchesFrom.iterate(topic.id, number, fromOffset)) {
      const batch = row as { baseOffset: number; lastOffset: number; records: Uint8Array };
      const at = { topic: topic.spec.name, partition: number, baseOffset: batch.baseOffset };
      for (const record of decodeRecordBatch(batch.records, at, fromOffset, maxRecords - records.length))
        records.push(record);
      if (records.length >= maxRecords) return { records, nextOffset: records.at(-1)!.offset + 1 };
      bytes += batch.records.length;
      if (bytes >= maxReadBytes) return { records, nextOffset: batch.lastOffset + 1 };
    }
    return { records, nextOffset: partition.end };
  }

  /** Writes records and positions, all or nothing, and wakes who waits for them. Errors: CUPOLA_WRITER_FENCED. */
  commit(records: readonly OutgoingRecord[], writer: WriterEpoch | null, positions: GroupPositions | null): void {
    const placed = this.#place(records);
    this.#database.transaction(() => {
      if (writer) this.#refuseFenced(writer);
      for (const [partition, own] of placed) this.#insert(partition, own);
      if (positions) this.#setPositions(positions);
    });
    for (const [partition, own] of placed) partition.end += own.length;
    for (const partition of placed.keys()) this.arrivals.announce(partition);
  }

  /** A new epoch for a writer's identity, which fences all earlier ones. */
  nextEpoch(identity: string): WriterEpoch {
    const { epoch } = this.statements.nextEpoch.get(identity) as { epoch: number };
    return { identity, epoch };
  }

  position(group: string, topic: string, partition: number): number | null {
    const row = this.statements.position.get(group, topic, partition) as { nextOffset: number } | undefined;
    return row?.nextOffset ?? null;
  }

  /** The consumer group of a topic, shared by all members in this process. */
  group(name: string, topic: string): ConsumerGroup {
    const key = JSON.stringify([name, topic]);
    const group = this.#groups.get(key) ?? new ConsumerGroup(this.topic(topic).partitions.length);
    this.#groups.set(key, group);
    return group;
  }

  #loadTopics(): void {
    for (const row of this.statements.topics.all()) {
      const { id, partitions, compacted, ...rest } = row as unknown as TopicRow;
      if (this.#topics.has(rest.name)) continue;
      const topic: Topic = { id, spec: { ...rest, compacted: compacted === 1 }, partitions: [] };
      for (let number = 0; number < partitions; number++) {
        const last = this.statements.newest.get(id, number) as { lastOffset: number | null };
        topic.partitions.push({ topic, number, end: last.lastOffset === null ? 0 : last.lastOffset + 1 });
      }
      this.#topics.set(rest.name, topic);
    }
  }

  #place(records: readonly OutgoingRecord[]): Map<Partition, OutgoingRecord[]> {
    const placed = new Map<Partition, OutgoingRecord[]>();
    for (const record of records) {
      const { partitions } = this.topic(record.topic);
      const partition = partitions[recordPartition(record, partitions.length)]!;
      const own = placed.get(partition);
      if (own) own.push(record);
      else placed.set(partition, [record]);
    }
    return placed;
  }

  #refuseFenced({ identity, epoch }: WriterEpoch): void {
    const newest = this.statements.epoch.get(identity) as { epoch: number };
    if (newest.epoch === epoch) return;
    throw new CupolaError('CUPOLA_WRITER_FENCED', `writer ${identity} was opened again since`, {
      field: 'epoch',
      value: epoch,
      bound: `the newest, ${newest.epoch}`,
    });
  }

  #insert({ topic, number, end }: Partition, records: readonly OutgoingRecord[]): void {
    for (let from = 0; from < records.length;) {
      const row = nextRow(records, from);
      const blob = encodeRecordBatch(row);
      const newest = row.reduce((max, { timestampMs }) => Math.max(max, timestampMs), -Infinity);
      const base = end + from;
      this.statements.insertBatch.run(topic.id, number, base, base + row.length - 1, newest, blob);
      from += row.length;
    }
  }

  #setPositions({ group, partition, offsets }: GroupPositions): void {
    for (const [topic, offset] of Object.entries(offsets)) {
      const { end } = this.partition(topic, partition);
      if (!Number.isInteger(offset) || offset < 0 || offset > end)
        throw invalid(`offsets[${topic}]`, offset, `a whole number from 0 to the partition's end, ${end}`);
      this.statements.setPosition.run(group, topic, partition, offset);
    }
  }
}

function nextRow(records: readonly OutgoingRecord[], from: number): readonly OutgoingRecord[] {
  let bytes = 0;
  let end = from;
  while (end < records.length && end - from < maxRowRecords && bytes < maxRowBytes) {
    bytes += records[end]!.value?.length ?? 0;
    end++;
  }
  return records.slice(from, end);
}
