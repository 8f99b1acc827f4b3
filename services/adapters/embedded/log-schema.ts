import type { DatabaseSync, StatementSync } from 'node:sqlite';

/**
 * The log's tables. A row of log_batch holds records that one transaction wrote to one partition; its small columns
 * stand before the blob, so that retention reads no blob. A partition's newest row is never deleted, so its last_offset
 * always tells where the partition ends.
 */
const tables = `
  CREATE TABLE IF NOT EXISTS log_topic (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    partitioning TEXT NOT NULL,
    partitions INTEGER NOT NULL,
    retention_ms REAL,
    compacted INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS log_batch (
    topic_id INTEGER NOT NULL,
    partition INTEGER NOT NULL,
    base_offset INTEGER NOT NULL,
    last_offset INTEGER NOT NULL,
    max_timestamp_ms REAL NOT NULL,
    records BLOB NOT NULL,
    PRIMARY KEY (topic_id, partition, base_offset)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS log_writer (
    identity TEXT PRIMARY KEY,
    epoch INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS log_position (
    consumer_group TEXT NOT NULL,
    topic TEXT NOT NULL,
    partition INTEGER NOT NULL,
    next_offset INTEGER NOT NULL,
    PRIMARY KEY (consumer_group, topic, partition)
  ) STRICT, WITHOUT ROWID;
`;

const statements = {
  topics: `SELECT id, name, partitioning, partitions, retention_ms AS retentionMs, compacted FROM log_topic`,
  insertTopic: `INSERT INTO log_topic (name, partitioning, partitions, retention_ms, compacted) VALUES (?, ?, ?, ?, ?)`,
  start: `SELECT min(base_offset) AS start FROM log_batch WHERE topic_id = ? AND partition = ?`,
  newest: `
    SELECT max(base_offset) AS baseOffset, last_offset AS lastOffset FROM log_batch
    WHERE topic_id = ? AND partition = ?`,
  insertBatch: `INSERT INTO log_batch VALUES (?, ?, ?, ?, ?, ?)`,
  batchesFrom: `
    SELECT base_offset AS baseOffset, last_offset AS lastOffset, records FROM log_batch
    WHERE topic_id = ?1 AND partition = ?2 AND base_offset >= coalesce(
      (SELECT max(base_offset) FROM log_batch WHERE topic_id = ?1 AND partition = ?2 AND base_offset <= ?3), 0)
    ORDER BY base_offset`,
  firstSince: `
    SELECT base_offset AS baseOffset FROM log_batch
    WHERE topic_id = ? AND partition = ? AND max_timestamp_ms >= ? ORDER BY base_offset LIMIT 1`,
  baseOffsets: `
    SELECT base_offset AS baseOffset FROM log_batch WHERE topic_id = ? AND partition = ? ORDER BY base_offset`,
  batchAt: `SELECT records FROM log_batch WHERE topic_id = ? AND partition = ? AND base_offset = ?`,
  deleteBefore: `DELETE FROM log_batch WHERE topic_id = ? AND partition = ? AND base_offset < ?`,
  deleteBatch: `DELETE FROM log_batch WHERE topic_id = ? AND partition = ? AND base_offset = ?`,
  rewriteBatch: `UPDATE log_batch SET records = ? WHERE topic_id = ? AND partition = ? AND base_offset = ?`,
  nextEpoch: `
    INSERT INTO log_writer VALUES (?, 1) ON CONFLICT DO UPDATE SET epoch = epoch + 1 RETURNING epoch`,
  epoch: `SELECT epoch FROM log_writer WHERE identity = ?`,
  setPosition: `
    INSERT INTO log_position VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET next_offset = excluded.next_offset`,
  position: `
    SELECT next_offset AS nextOffset FROM log_position WHERE consumer_group = ? AND topic = ? AND partition = ?`,
};

/** The log's prepared statements by name. */
export type LogStatements = Readonly<Record<keyof typeof statements, StatementSync>>;

/** Creates the log's tables where they are missing, and prepares everything that is ever asked of them. */
export function prepareLog(sqlite: DatabaseSync): LogStatements {
  sqlite.exec(tables);
  const prepared = Object.entries(statements).map(([name, sql]) => [name, sqlite.prepare(sql)]);
  return Object.fromEntries(prepared) as LogStatements;
}
