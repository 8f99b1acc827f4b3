import type { Log, OutgoingRecord } from '../../pipelines/ports.ts';
import { topics } from '../../pipelines/topics.ts';
import { readToEnd } from '../stage/read-range.ts';

const topic = topics.stateIngest.name;
const partition = 0;

/** Where a source is to go on: what was committed with its last chunk; null where nothing was. */
export async function lastPosition(log: Log, source: string): Promise<unknown> {
  const { records } = await readToEnd(log, topic, partition);
  const newest = records.findLast(({ key, value }) => key === source && value !== null);
  return newest ? JSON.parse(new TextDecoder().decode(newest.value!)) : null;
}

/** The record that keeps a source's position. */
export function positionRecord(source: string, position: unknown, timestampMs: number): OutgoingRecord {
  return { topic, partition, key: source, value: new TextEncoder().encode(JSON.stringify(position)), timestampMs };
}
