import type { Clock, HistoryStore, Log } from '../../pipelines/ports.ts';
import { topics } from '../../pipelines/topics.ts';
import { recordedTopics } from '../stage/recorded-topics.ts';

const lookEveryMs = 100;
const quietForMs = 1000;
/** What is scored and judged. */
const taken = [
  ['scorer', topics.telemetry.name],
  ['annunciator', topics.scores.name],
] as const;

/**
 * Waits until everything that followed from the telemetry is in the log and in the history: all is scored and judged, both
 * have the same ends, and have not moved for a second. Without a history, where another process records, the log alone counts. Returns whether
 * that came to pass within `atMostMs`.
 */
export async function settle(log: Log, history: HistoryStore | null, clock: Clock, atMostMs: number): Promise<boolean> {
  const startMs = clock.nowMs();
  let quietSinceMs = startMs;
  let known = '';
  while (clock.nowMs() - startMs < atMostMs) {
    const { ends, isDone } = await look(log, history);
    const nowMs = clock.nowMs();
    if (ends !== known || !isDone) quietSinceMs = nowMs;
    if (nowMs - quietSinceMs >= quietForMs) return true;
    known = ends;
    await clock.sleep(lookEveryMs);
  }
  return false;
}

async function look(log: Log, history: HistoryStore | null): Promise<{ ends: string; isDone: boolean }> {
  const ends: number[] = [];
  let isDone = true;
  for (const [group, topic] of taken) isDone &&= (await log.groupPositions(group, topic)).every(({ lag }) => lag === 0);
  for (const topic of recordedTopics) {
    for (let partition = 0; partition < (await log.partitions(topic)); partition++) {
      const { end } = await log.range(topic, partition);
      ends.push(end);
      isDone &&= end === 0 || history === null || (await history.position(topic, partition)) === end;
    }
  }
  return { ends: ends.join(), isDone };
}
