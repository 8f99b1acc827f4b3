import { deserialize, serialize } from 'node:v8';
import type { Log, OutgoingRecord } from '../../pipelines/ports.ts';
import { readToEnd } from './read-range.ts';

/** A snapshot loaded: the memory of each stream, as of an input offset. */
export interface LoadedSnapshot {
  readonly offset: number;
  readonly states: ReadonlyMap<string, unknown>;
}

/** Key of the record that ends a snapshot; no stream can have that name. */
const markerKey = '#snapshot';
/** Raise it when the memory of a service changes shape: older snapshots are then left aside and memory is rebuilt. */
const schemaVersion = 1;

/**
 * The records of a snapshot: the memory of every stream that changed since the last one, then a marker with the input
 * offset. They are committed in one transaction with that offset, so the newest record of each stream is always as of the
 * newest marker.
 */
export function snapshotRecords(
  topic: string,
  partition: number,
  changed: Iterable<readonly [stream: string, state: unknown]>,
  offset: number,
  timestampMs: number,
): OutgoingRecord[] {
  const record = (key: string, content: unknown): OutgoingRecord => ({
    topic,
    partition,
    key,
    value: serialize({ schemaVersion, content }),
    timestampMs,
  });
  return [...[...changed].map(([stream, state]) => record(stream, state)), record(markerKey, offset)];
}

/** The newest snapshot of a partition; null where there is none, or one of another shape. */
export async function loadSnapshot(log: Log, topic: string, partition: number): Promise<LoadedSnapshot | null> {
  const states = new Map<string, unknown>();
  for (const { key, value } of (await readToEnd(log, topic, partition)).records) {
    if (key === null || value === null) continue;
    const snapshot = deserialize(value) as { schemaVersion: number; content: unknown };
    if (snapshot.schemaVersion !== schemaVersion) return null;
    states.set(key, snapshot.content);
  }
  const offset = states.get(markerKey);
  states.delete(markerKey);
  return typeof offset === 'number' ? { offset, states } : null;
}
