import type { LogRecord } from '../../../pipelines/ports.ts';
import type { LogStore, Partition } from './log-store.ts';
import { decodeRecordBatch, encodeRecordBatch } from './record-batch.ts';

/** How long a tombstone stays, so that a reader that lags behind learns of the deletion; Kafka's default. */
const tombstoneRetentionMs = 86_400_000;

/** How far each partition is compacted: its end at the last pass. A partition that has not grown since is left alone. */
const compactedTo = new WeakMap<Partition, number>();

/**
 * Applies retention (by the records' own timestamps, whole rows from the oldest on) and compaction (the newest record
 * of each key; tombstones for a day). Offsets never change, and a partition's newest record always stays.
 *
 * Yields each partition when it is done, so that the caller can let others have a turn.
 */
export function* maintainLog(store: LogStore, nowMs: number): Generator<Partition> {
  for (const { spec, partitions } of store.topics) {
    for (const partition of partitions) {
      if (spec.retentionMs !== null) retain(store, partition, nowMs - spec.retentionMs);
      if (spec.compacted) compact(store, partition, nowMs - tombstoneRetentionMs);
      yield partition;
    }
  }
}

function retain({ statements }: LogStore, { topic, number }: Partition, oldestMs: number): void {
  const since = statements.firstSince.get(topic.id, number, oldestMs) as { baseOffset: number } | undefined;
  const newest = statements.newest.get(topic.id, number) as { baseOffset: number | null };
  const keepFrom = since?.baseOffset ?? newest.baseOffset;
  if (keepFrom !== null) statements.deleteBefore.run(topic.id, number, keepFrom);
}

function compact(store: LogStore, partition: Partition, oldestTombstoneMs: number): void {
  if (compactedTo.get(partition) === partition.end) return;
  const newest = newestOffsets(store, partition);
  const isKept = ({ offset, key, value, timestampMs }: LogRecord): boolean => {
    if (key === null || offset === partition.end - 1) return true;
    return newest.get(key) === offset && (value !== null || timestampMs >= oldestTombstoneMs);
  };
  store.transaction(() => rewrite(store, partition, isKept));
  compactedTo.set(partition, partition.end);
}

function newestOffsets(store: LogStore, partition: Partition): Map<string, number> {
  const newest = new Map<string, number>();
  for (const { records } of batches(store, partition)) {
    for (const { key, offset } of records) if (key !== null) newest.set(key, offset);
  }
  return newest;
}

function rewrite(store: LogStore, partition: Partition, isKept: (record: LogRecord) => boolean): void {
  const { topic, number } = partition;
  for (const { baseOffset, records } of batches(store, partition)) {
    const kept = records.filter(isKept);
    if (kept.length === records.length) continue;
    if (kept.length === 0) store.statements.deleteBatch.run(topic.id, number, baseOffset);
    else {
      const relativeOffsets = kept.map(({ offset }) => offset - baseOffset);
      store.statements.rewriteBatch.run(encodeRecordBatch(kept, relativeOffsets), topic.id, number, baseOffset);
    }
  }
}

/** The rows of a partition one by one; the list of them is read first, since rows change under way. */
function* batches({ statements }: LogStore, { topic, number }: Partition) {
  for (const row of statements.baseOffsets.all(topic.id, number)) {
    const baseOffset = row.baseOffset as number;
    const { records } = statements.batchAt.get(topic.id, number, baseOffset) as { records: Uint8Array };
    yield {
      baseOffset,
      records: decodeRecordBatch(records, { topic: topic.spec.name, partition: number, baseOffset }),
    };
  }
}
