import type { Log, OutgoingRecord } from '../../pipelines/ports.ts';
import { topics } from '../../pipelines/topics.ts';
import { readToEnd } from '../stage/read-range.ts';

/** Where to read on in each partition of commands. */
export type CommandPositions = readonly (readonly [partition: number, offset: number])[];

const topic = topics.stateIngest.name;
const partition = 0;

/** Where a source is to go on: what was committed with its last chunk; null where nothing was. */
export function lastPosition(log: Log, source: string): Promise<unknown> {
  return lastUnder(log, source);
}

/** The record that keeps a source's position. */
export function positionRecord(source: string, position: unknown, timestampMs: number): OutgoingRecord {
  return stateRecord(source, position, timestampMs);
}

/** Where the commands to a source are to be read on; null where none were ever looked for. */
export async function lastCommandPositions(log: Log, source: string): Promise<CommandPositions | null> {
  return (await lastUnder(log, commandsKey(source))) as CommandPositions | null;
}

/** The record that keeps how far the commands to a source were given to it. */
export function commandPositionsRecord(source: string, positions: CommandPositions, timestampMs: number) {
  return stateRecord(commandsKey(source), positions, timestampMs);
}

function commandsKey(source: string): string {
  return `${source}#commands`;
}

async function lastUnder(log: Log, wanted: string): Promise<unknown> {
  const { records } = await readToEnd(log, topic, partition);
  const newest = records.findLast(({ key, value }) => key === wanted && value !== null);
  return newest ? JSON.parse(new TextDecoder().decode(newest.value!)) : null;
}

function stateRecord(key: string, state: unknown, timestampMs: number): OutgoingRecord {
  return { topic, partition, key, value: new TextEncoder().encode(JSON.stringify(state)), timestampMs };
}
