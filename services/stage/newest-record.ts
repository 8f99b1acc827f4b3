import type { Log, LogRecord } from '../../pipelines/ports.ts';
import { readRange } from './read-range.ts';

/**
 * The newest record of a partition; null where it has none. A partition may end with positions that hold no record, such
 * as the marker of a transaction: so it looks further and further back.
 */
export async function newestRecord(log: Log, topic: string, partition: number): Promise<LogRecord | null> {
  const { start, end } = await log.range(topic, partition);
  for (let back = 2; ; back *= 8) {
    const from = Math.max(start, end - back);
    let newest: LogRecord | null = null;
    for await (const records of readRange(log, topic, partition, from, end)) newest = records.at(-1) ?? newest;
    if (newest !== null || from === start) return newest;
  }
}
