import assert from 'node:assert/strict';
import { test } from 'node:test';
import { combinedErrors, CombinedStrides, type StridedWindow } from '../../../pipelines/scoring/combined-strides.ts';

const strideMs = 10;

/** A window of three strides. */
function windowOf(windowEndMs: number, ...errors: number[]): StridedWindow {
  return { windowEndMs, reconstructionError: Math.max(...errors), strideErrors: Float32Array.from(errors) };
}

function brief(combined: CombinedStrides<StridedWindow>, window: StridedWindow): unknown[] {
  return combined
    .push(window)
    .map(({ endMs, error, windows, worst }) => [endMs, error, windows, worst.reconstructionError]);
}

test('a stride has the mean of all windows that cover it, as soon as no later one can', () => {
  const combined = new CombinedStrides<StridedWindow>(strideMs);
  assert.deepEqual(brief(combined, windowOf(30, 1, 2, 3)), [[10, 1, 1, 3]]);
  assert.deepEqual(brief(combined, windowOf(40, 4, 5, 6)), [[20, 3, 2, 6]]);
  assert.deepEqual(brief(combined, windowOf(50, 7, 8, 9)), [[30, (3 + 5 + 7) / 3, 3, 9]]);
  const rest = combined.conclude().map(({ endMs, error }) => [endMs, error]);
  assert.deepEqual(rest, [
    [40, 7],
    [50, 9],
  ]);
});

test('what was settled is not taken up again, and what was not seen has no say', () => {
  const combined = new CombinedStrides<StridedWindow>(strideMs);
  combined.push(windowOf(30, 1, 2, 3));
  combined.conclude();
  assert.deepEqual(brief(combined, windowOf(50, 100, Number.NaN, 5)), []);
  assert.deepEqual(
    combined.conclude().map(({ endMs, error }) => [endMs, error]),
    [[50, 5]],
  );
});

test('a holdout of windows closer together than a stride is combined as the detector would', () => {
  const windows = [30, 33, 36, 40, 44, 50].map((endMs) => ({ endMs }));
  const errors = Float32Array.of(1, 2, 3, ...Array<number>(6).fill(1000), 4, 5, 6, 1000, 1000, 1000, 7, 8, 9);
  assert.deepEqual(combinedErrors(strideMs, windows, errors), [1, 3, 5, 7, 9]);
});
