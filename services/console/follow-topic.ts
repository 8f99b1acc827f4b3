import type { Log, LogRecord } from '../../pipelines/ports.ts';

/** How much is taken at once: quick enough over a long past, and the event loop is left to others between two reads. */
const maxRecords = 500;
const waitMs = 1000;

/** What a follower does with what it reads. */
export interface TopicFollower {
  readonly topic: string;
  take(record: LogRecord): void;
  /** The partition's past, as it stood when following began, has been read. */
  caughtUp(): void;
}

/** Reads every partition of a topic from its beginning and then on as it grows, until the signal aborts. */
export async function followTopic(log: Log, follower: TopicFollower, signal: AbortSignal): Promise<void> {
  const partitions = await log.partitions(follower.topic);
  const readers = Array.from({ length: partitions }, (_, partition) =>
    followPartition(log, follower, partition, signal),
  );
  await Promise.all(readers);
}

async function followPartition(
  log: Log,
  follower: TopicFollower,
  partition: number,
  signal: AbortSignal,
): Promise<void> {
  const { topic } = follower;
  const { start, end } = await log.range(topic, partition);
  let position = start;
  let behind = true;
  while (!signal.aborted) {
    if (behind && position >= end) {
      behind = false;
      follower.caughtUp();
    }
    const read = await log.read({ topic, partition, fromOffset: position, maxRecords, waitMs, signal });
    for (const record of read.records) follower.take(record);
    position = read.nextOffset;
  }
}
