import assert from 'node:assert/strict';
import { test } from 'node:test';
import { locatedIn, withoutSpill } from '../../../pipelines/thresholds/located.ts';

const stride = { intervalMs: 10 };

function located(...rowErrors: number[]): readonly [number, number] | null {
  const found = locatedIn(stride, 100, Float32Array.from(rowErrors), 1);
  return found && [found.fromMs, found.toMs];
}

test('a violation is from the first row above the limit to the last, whatever lies between', () => {
  assert.deepEqual(located(2, 2, 2, 2), [60, 100]);
  assert.deepEqual(located(0, 2, 0, 2), [70, 100]);
  assert.deepEqual(located(1, 2, 3, Number.NaN), [70, 90]);
  assert.deepEqual(located(0, 0, 0, 9), [90, 100]);
});

test('it is nowhere where no row is above the limit, or nothing is known of rows', () => {
  assert.equal(located(1, 0.5, Number.NaN, 1), null);
  assert.equal(located(), null);
});

test('what is less than a tenth of the greatest error of its window is taken for spill', () => {
  const errors = withoutSpill(Float32Array.of(1, 9, Number.NaN, 10, 100));
  assert.deepEqual([...errors], [0, 0, Number.NaN, 10, 100]);
  assert.deepEqual([...withoutSpill(Float32Array.of(Number.NaN))], [Number.NaN]);
});
