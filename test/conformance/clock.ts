import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Clock } from '../../pipelines/ports.ts';

/** The laws of a Clock. `pass` lets that much of its time go by. */
export function clockConformance(
  adapter: string,
  clock: Clock,
  pass: (durationMs: number) => void | Promise<void>,
): void {
  describe(`Clock: ${adapter}`, () => {
    it('goes on as time passes', async () => {
      const before = clock.nowMs();
      await pass(20);
      // A timer of the machine may fire a millisecond before its clock shows it.
      assert.ok(clock.nowMs() >= before + 19);
    });

    it('a sleeper wakes when its time has passed, and not before', async () => {
      const before = clock.nowMs();
      const sleep = clock.sleep(20);
      await pass(20);
      await sleep;
      assert.ok(clock.nowMs() >= before + 19);
    });

    it('sleepers wake in the order of their times', async () => {
      const order: number[] = [];
      const sleeps = [40, 20].map(async (durationMs) => {
        await clock.sleep(durationMs);
        order.push(durationMs);
      });
      await pass(40);
      await Promise.all(sleeps);
      assert.deepEqual(order, [20, 40]);
    });

    it('a signal ends a sleep at once, without an error, also where it was aborted before', async () => {
      const abort = new AbortController();
      const century = 100 * 365 * 86_400_000;
      const sleep = clock.sleep(century, abort.signal);
      abort.abort();
      await sleep;
      await clock.sleep(century, abort.signal);
    });

    it('sleep of no time is over at once, and very long ones are not', async () => {
      await clock.sleep(0);
      await clock.sleep(-5);
      const abort = new AbortController();
      let awake = false;
      const sleep = clock.sleep(2 ** 32, abort.signal).then(() => (awake = true));
      await pass(10);
      assert.equal(awake, false);
      abort.abort();
      await sleep;
    });
  });
}
