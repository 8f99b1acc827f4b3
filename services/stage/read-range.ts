import type { Log, LogRecord } from '../../pipelines/ports.ts';

/** Records in [fromOffset, toOffset) of a partition; by positions, so that markers and compacted records end it too. */
export async function* readRange(
  log: Log,
  topic: string,
  partition: number,
  fromOffset: number,
  toOffset: number,
): AsyncGenerator<readonly LogRecord[]> {
  for (let position = fromOffset; position < toOffset;) {
    const { records, nextOffset } = await log.read({ topic, partition, fromOffset: position });
    yield records.filter((record) => record.offset < toOffset);
    if (nextOffset <= position) return;
    position = nextOffset;
  }
}

/** Everything committed to a partition by now, from an offset on, and the position after it. */
export async function readToEnd(
  log: Log,
  topic: string,
  partition: number,
  fromOffset = 0,
): Promise<{ records: LogRecord[]; nextOffset: number }> {
  const { start, end } = await log.range(topic, partition);
  const records: LogRecord[] = [];
  for await (const some of readRange(log, topic, partition, Math.max(fromOffset, start), end)) records.push(...some);
  return { records, nextOffset: Math.max(fromOffset, end) };
}
