import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SeededRandom } from '../../../pipelines/random.ts';
import { scoreTail, tailExceedance, tailLevel } from '../../../pipelines/scoring/score-tail.ts';

const random = SeededRandom.for(3, 'tail');
/** Exponential: exceeded with exp(-x). */
const scores = Array.from({ length: 4000 }, () => -Math.log(1 - random.uniform()));
const tail = scoreTail(scores, 0.05);

test('levels and how often they are exceeded undo each other, in the sample and beyond it', () => {
  for (const p of [0.5, 0.06, 0.05, 0.01, 1e-3, 1e-6]) {
    const back = tailExceedance(tail, tailLevel(tail, p));
    assert.ok(Math.abs(back / p - 1) < 0.01, `${p} became ${back}`);
  }
});

test('a level falls as its share grows', () => {
  const levels = [1e-8, 1e-4, 0.01, 0.049, 0.051, 0.3, 1].map((p) => tailLevel(tail, p));
  assert.deepEqual(
    levels,
    levels.toSorted((a, b) => b - a),
  );
});

test('ten times beyond the sample, the tail of exponential scores is about right', () => {
  const level = tailLevel(tail, 1 / 40_000);
  assert.ok(Math.abs(level / Math.log(40_000) - 1) < 0.2, `${level}`);
});
