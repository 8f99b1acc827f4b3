import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outsideGaps, sharedGaps } from '../../../pipelines/evaluation/channel-gap.ts';

const gap = (
  channelId: string,
  startMs: number,
  endMs: number,
): { channelId: string; startMs: number; endMs: number } => ({
  channelId,
  startMs,
  endMs,
});
const spans = (stretches: readonly { readonly startMs: number; readonly endMs: number }[]): number[][] =>
  stretches.map(({ startMs, endMs }) => [startMs, endMs]);

test('a gap is shared where every channel has it', () => {
  const gaps = [gap('a', 10, 20), gap('b', 10, 20), gap('a', 30, 40), gap('b', 30, 41), gap('b', 50, 60)];
  assert.deepEqual(spans(sharedGaps(gaps, 2)), [[10, 20]]);
});

test('of a stretch of time, what lies in gaps is cut away', () => {
  const gaps = [gap('a', 10, 20), gap('a', 30, 40)];
  const outside = (startMs: number, endMs: number): number[][] => spans(outsideGaps({ startMs, endMs }, gaps));
  assert.deepEqual(outside(0, 10), [[0, 10]], 'beside a gap');
  assert.deepEqual(outside(20, 30), [[20, 30]], 'between gaps');
  assert.deepEqual(outside(0, 15), [[0, 10]], 'into a gap');
  assert.deepEqual(outside(15, 25), [[20, 25]], 'out of a gap');
  assert.deepEqual(
    outside(0, 50),
    [
      [0, 10],
      [20, 30],
      [40, 50],
    ],
    'across gaps',
  );
  assert.deepEqual(outside(10, 20), [], 'the gap itself');
  assert.deepEqual(outside(32, 35), [], 'within a gap');
});
