import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../../pipelines/ports.ts';

/** What one timer of Node can wait at most; it fires at once where asked for more. */
const longestTimerMs = 2 ** 31 - 1;

/** The machine's own clock. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),

  async sleep(durationMs, signal) {
    for (let left = durationMs; left > 0; left -= longestTimerMs) {
      // The timer rejects when the signal aborts, or did before: here that is to be awake, not an error.
      await wait(Math.min(left, longestTimerMs), undefined, signal && { signal }).catch(() => {});
      if (signal?.aborted) return;
    }
  },
};
