import { decodeCommand } from '../../pipelines/json-records.ts';
import type { Clock, Log } from '../../pipelines/ports.ts';
import { topics } from '../../pipelines/topics.ts';

const lookEveryMs = 100;

/**
 * Resolves once the trainer has asked for a model of each stream, now or in an earlier run, or has failed to fit one; or
 * when the signal aborts. It goes by commands: a model that is asked for governs only from the next window on, and while
 * a simulated station waits for this there is none.
 */
export async function firstFits(
  log: Log,
  streams: readonly string[],
  failed: ReadonlySet<string>,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const topic = topics.commands.name;
  const missing = new Set(streams);
  const positions = new Map<number, number>();
  for (let partition = 0; partition < (await log.partitions(topic)); partition++)
    positions.set(partition, (await log.range(topic, partition)).start);
  while (!signal.aborted) {
    for (const [partition, fromOffset] of positions) {
      const { records, nextOffset } = await log.read({ topic, partition, fromOffset });
      positions.set(partition, nextOffset);
      for (const { value } of records) {
        const command = decodeCommand(value!);
        if (command.type === 'promote') missing.delete(command.stream);
      }
    }
    if ([...missing].every((stream) => failed.has(stream))) return;
    await clock.sleep(lookEveryMs, signal);
  }
}
