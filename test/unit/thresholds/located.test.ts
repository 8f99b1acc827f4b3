import assert from 'node:assert/strict';
import { test } from 'node:test';
import { locatedIn, ownErrors } from '../../../pipelines/thresholds/located.ts';

const stride = { strideMs: 40, intervalMs: 10 };

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

test('it is nowhere where no row is above the limit, and all of a stride of whose rows nothing is told', () => {
  assert.equal(located(1, 0.5, Number.NaN, 1), null);
  assert.deepEqual(located(), [60, 100]);
});

function own(...rowErrors: number[]): number[] {
  return Array.from(ownErrors(Float32Array.from(rowErrors)));
}

test('what is less than a tenth of the greatest error of its window is taken for spill', () => {
  assert.deepEqual(own(1, 9, 10, 100), [0, 0, 10, 100]);
});

test('a window has no say on rows that were not seen, or that the model gives back, and the others share its error', () => {
  assert.deepEqual(own(Number.NaN, 0, 0, 8, 4), [Number.NaN, Number.NaN, Number.NaN, 4, 2]);
  assert.deepEqual(own(0, Number.NaN), [Number.NaN, Number.NaN]);
  assert.deepEqual(own(), []);
});
