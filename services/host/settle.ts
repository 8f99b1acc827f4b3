import type { Clock, HistoryStore, Log } from '../../pipelines/ports.ts';
import { recordedTopics } from '../stage/recorded-topics.ts';

const lookEveryMs = 100;
const quietForMs = 1000;

/**
 * Waits until everything that followed from the telemetry is in the log and in the history: both have the same ends, and
 * have not moved for a second. Without a history, where another process records, the log alone counts. Returns whether
 * that came to pass within `atMostMs`.
 */
export async function settle(log: Log, history: HistoryStore | null, clock: Clock, atMostMs: number): Promise<boolean> {
  const startMs = clock.nowMs();
  let quietSinceMs = startMs;
  let known = '';
  while (clock.nowMs() - startMs < atMostMs) {
    const { ends, isRecorded } = await look(log, history);
    const nowMs = clock.nowMs();
    if (ends !== known || !isRecorded) quietSinceMs = nowMs;
    if (nowMs - quietSinceMs >= quietForMs) return true;
    known = ends;
    await clock.sleep(lookEveryMs);
  }
  return false;
}

async function look(log: Log, history: HistoryStore | null): Promise<{ ends: string; isRecorded: boolean }> {
  const ends: number[] = [];
  let isRecorded = true;
  for (const topic of recordedTopics) {
    for (let partition = 0; partition < (await log.partitions(topic)); partition++) {
      const { end } = await log.range(topic, partition);
      ends.push(end);
      isRecorded &&= end === 0 || history === null || (await history.position(topic, partition)) === end;
    }
  }
  return { ends: ends.join(), isRecorded };
}
