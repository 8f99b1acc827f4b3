import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { OutgoingRecord } from '../../pipelines/ports.ts';
import { openEmbeddedLog } from '../../services/adapters/embedded/embedded-log.ts';
import type { BenchResult } from './bench-result.ts';
import { compareRates } from './compare-rates.ts';

const messagesPerBatch = 1000;
const batches = 300;

/** Appending 200-byte messages in 1,000-message transactions, against one SQLite row a message in the same ones. */
export async function benchLogAppend(): Promise<BenchResult> {
  const folder = mkdtempSync(join(tmpdir(), 'cupola-bench-log-'));
  let files = 0;
  const newFile = (): string => join(folder, `${files++}.db`);
  try {
    const records = messages();
    const append = (): Promise<number> => inBatches(newFile(), records);
    const insert = (): number => inRows(newFile(), records);
    const { value, ratio } = await compareRates(append, insert, 3);
    return { name: 'log.append', value, unit: 'messages/s', against: 'one row a message', ratio };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function messages(): OutgoingRecord[] {
  return Array.from({ length: messagesPerBatch }, (_, i) => ({
    topic: 'messages',
    partition: 0,
    key: `stream-${i % 50}`,
    value: new Uint8Array(200).fill(i),
    timestampMs: 1_700_000_000_000 + i,
  }));
}

async function inBatches(path: string, records: readonly OutgoingRecord[]): Promise<number> {
  const log = openEmbeddedLog({ path });
  await log.ensureTopics([{ name: 'messages', partitioning: 'single', retentionMs: null, compacted: false }]);
  const writer = await log.writer('bench');
  const start = performance.now();
  for (let i = 0; i < batches; i++) await writer.commit({ records });
  const perSecond = messagesPerSecond(start);
  await log.close();
  return perSecond;
}

function inRows(path: string, records: readonly OutgoingRecord[]): number {
  const sqlite = new DatabaseSync(path);
  sqlite.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
  sqlite.exec('CREATE TABLE message (record_offset INTEGER PRIMARY KEY, key TEXT, timestamp_ms REAL, value BLOB)');
  const insert = sqlite.prepare('INSERT INTO message (key, timestamp_ms, value) VALUES (?, ?, ?)');
  const start = performance.now();
  for (let i = 0; i < batches; i++) {
    sqlite.exec('BEGIN');
    for (const { key, timestampMs, value } of records) insert.run(key, timestampMs, value);
    sqlite.exec('COMMIT');
  }
  const perSecond = messagesPerSecond(start);
  sqlite.close();
  return perSecond;
}

function messagesPerSecond(start: number): number {
  return (1000 * messagesPerBatch * batches) / (performance.now() - start);
}
