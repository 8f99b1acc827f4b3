import type { DatabaseSync, StatementSync } from 'node:sqlite';

/**
 * The history's tables. Series stand in history_chunk, a row for a channel and an hour; what was written last stands in
 * history_fresh, a row a write, until there is enough of it to be worth moving over.
 */
const tables = `
  CREATE TABLE IF NOT EXISTS history_position (
    topic TEXT NOT NULL,
    partition INTEGER NOT NULL,
    next_offset INTEGER NOT NULL,
    PRIMARY KEY (topic, partition)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS history_stream (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
  ) STRICT;
  CREATE TABLE IF NOT EXISTS history_definition (
    stream_id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    definition BLOB NOT NULL,
    PRIMARY KEY (stream_id, version)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS history_fresh (
    id INTEGER PRIMARY KEY,
    stream_id INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    version INTEGER NOT NULL,
    columns BLOB NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS history_chunk (
    stream_id INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    hour INTEGER NOT NULL,
    version INTEGER NOT NULL,
    channel INTEGER NOT NULL,
    columns BLOB NOT NULL,
    PRIMARY KEY (stream_id, kind, hour, version, channel)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS history_score_event (
    id INTEGER PRIMARY KEY,
    stream_id INTEGER NOT NULL,
    is_gap INTEGER NOT NULL,
    until_ms REAL NOT NULL,
    event BLOB NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS history_score_event_until ON history_score_event (stream_id, is_gap, until_ms);
  CREATE TABLE IF NOT EXISTS history_anomaly (
    id TEXT PRIMARY KEY,
    stream_id INTEGER NOT NULL,
    start_ms REAL NOT NULL,
    end_ms REAL NOT NULL,
    event BLOB NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS history_anomaly_start ON history_anomaly (start_ms);
`;

const statements = {
  position: `SELECT next_offset AS nextOffset FROM history_position WHERE topic = ? AND partition = ?`,
  setPosition: `
    INSERT INTO history_position VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET next_offset = excluded.next_offset`,
  streams: `SELECT id, name FROM history_stream`,
  insertStream: `INSERT INTO history_stream (name) VALUES (?) RETURNING id`,
  definitions: `SELECT definition FROM history_definition ORDER BY stream_id, version`,
  setDefinition: `
    INSERT INTO history_definition VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET definition = excluded.definition`,

  fresh: `SELECT stream_id AS streamId, kind, version, columns FROM history_fresh ORDER BY id`,
  insertFresh: `INSERT INTO history_fresh (stream_id, kind, version, columns) VALUES (?, ?, ?, ?)`,
  deleteFresh: `DELETE FROM history_fresh WHERE stream_id = ? AND kind = ? AND version = ?`,
  chunk: `
    SELECT columns FROM history_chunk
    WHERE stream_id = ? AND kind = ? AND hour = ? AND version = ? AND channel = ?`,
  setChunk: `
    INSERT INTO history_chunk VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET columns = excluded.columns`,
  channelChunks: `
    SELECT columns FROM history_chunk
    WHERE stream_id = ? AND kind = ? AND version = ? AND channel = ? AND hour BETWEEN ? AND ? ORDER BY hour`,
  channels: `
    SELECT DISTINCT channel FROM history_chunk
    WHERE stream_id = ? AND kind = ? AND version = ? AND hour BETWEEN ? AND ?`,
  hours: `
    SELECT min(hour) AS first, max(hour) AS last FROM history_chunk WHERE stream_id = ? AND kind = ?`,
  deleteHours: `DELETE FROM history_chunk WHERE stream_id = ? AND kind = ? AND hour < ?`,
  chunksOfHour: `
    SELECT version, channel, columns FROM history_chunk WHERE stream_id = ? AND kind = ? AND hour = ?`,
  deleteChunk: `
    DELETE FROM history_chunk WHERE stream_id = ? AND kind = ? AND hour = ? AND version = ? AND channel = ?`,

  insertScoreEvent: `INSERT INTO history_score_event (stream_id, is_gap, until_ms, event) VALUES (?, ?, ?, ?)`,
  scoreEvents: `
    SELECT id, until_ms AS untilMs, event FROM history_score_event
    WHERE stream_id = ? AND is_gap = ? AND until_ms > ? AND until_ms < ? ORDER BY until_ms DESC, id DESC`,
  deleteScoreEvents: `DELETE FROM history_score_event WHERE stream_id = ? AND is_gap = 0 AND until_ms <= ?`,
  deleteScoreEvent: `DELETE FROM history_score_event WHERE id = ?`,
  setAnomaly: `
    INSERT INTO history_anomaly VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE
    SET start_ms = excluded.start_ms, end_ms = excluded.end_ms, event = excluded.event`,
  anomalies: `
    SELECT event FROM history_anomaly
    WHERE start_ms < ? AND end_ms > ? AND stream_id = coalesce(?, stream_id) ORDER BY start_ms DESC, id DESC LIMIT ?`,
  deleteAnomalies: `DELETE FROM history_anomaly WHERE end_ms <= ?`,
};

/** The history's prepared statements by name. */
export type HistoryStatements = Readonly<Record<keyof typeof statements, StatementSync>>;

/** Creates the history's tables where they are missing, and prepares everything that is ever asked of them. */
export function prepareHistory(sqlite: DatabaseSync): HistoryStatements {
  sqlite.exec(tables);
  const prepared = Object.entries(statements).map(([name, sql]) => [name, sqlite.prepare(sql)]);
  return Object.fromEntries(prepared) as HistoryStatements;
}
