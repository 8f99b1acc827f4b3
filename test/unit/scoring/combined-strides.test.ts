import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  combinedErrors,
  CombinedStrides,
  type CombinedStride,
  type CombinedStridesState,
  type StridedWindow,
} from '../../../pipelines/scoring/combined-strides.ts';
import { streamDefinitionSchema } from '../../../pipelines/telemetry/stream-definition.ts';

/** Three strides of two rows to a window. */
const definition = streamDefinitionSchema.parse({
  stream: 'pumps',
  name: 'Pumps',
  source: 'test',
  intervalMs: 5,
  windowLengthMs: 30,
  strideMs: 10,
  staleAfterMs: 10,
  warmUpMs: 30,
  channels: [{ id: 'a', name: 'a', kind: 'real' }],
});

/** What is settled by a window of three strides, which tells nothing of rows. */
function push(
  combined: CombinedStrides<StridedWindow>,
  windowEndMs: number,
  ...errors: number[]
): CombinedStride<StridedWindow>[] {
  const window = { windowEndMs, reconstructionError: Math.max(...errors) };
  return combined.push(window, Float32Array.from(errors), new Float32Array(0));
}

/** What is settled by a window whose strides have errors of 1, 2 and 3. */
function pushRows(
  combined: CombinedStrides<StridedWindow>,
  windowEndMs: number,
  ...rows: number[]
): CombinedStride<StridedWindow>[] {
  return combined.push({ windowEndMs, reconstructionError: 3 }, Float32Array.of(1, 2, 3), Float32Array.from(rows));
}

function brief(settled: readonly CombinedStride<StridedWindow>[]): unknown[] {
  return settled.map(({ endMs, error, windows, worst }) => [endMs, error, windows, worst.reconstructionError]);
}

test('a stride has the mean of all windows that cover it, as soon as no later one can', () => {
  const combined = new CombinedStrides<StridedWindow>(definition);
  assert.deepEqual(brief(push(combined, 30, 1, 2, 3)), [[10, 1, 1, 3]]);
  assert.deepEqual(brief(push(combined, 40, 4, 5, 6)), [[20, 3, 2, 6]]);
  assert.deepEqual(brief(push(combined, 50, 7, 8, 9)), [[30, (3 + 5 + 7) / 3, 3, 9]]);
  const rest = combined.conclude().map(({ endMs, error }) => [endMs, error]);
  assert.deepEqual(rest, [
    [40, 7],
    [50, 9],
  ]);
});

test('what was settled is not taken up again, and what was not seen has no say', () => {
  const combined = new CombinedStrides<StridedWindow>(definition);
  push(combined, 30, 1, 2, 3);
  combined.conclude();
  assert.deepEqual(push(combined, 50, 100, Number.NaN, 5), []);
  assert.deepEqual(
    combined.conclude().map(({ endMs, error }) => [endMs, error]),
    [[50, 5]],
  );
});

test('a holdout of windows closer together than a stride is combined as the detector would', () => {
  const windows = [30, 33, 36, 40, 44, 50].map((endMs) => ({ endMs }));
  const errors = Float32Array.of(1, 2, 3, ...Array<number>(6).fill(1000), 4, 5, 6, 1000, 1000, 1000, 7, 8, 9);
  assert.deepEqual(combinedErrors(definition, windows, errors), [1, 3, 5, 7, 9]);
});

test('a row has the lower median of the windows with a say on it; rows beyond whole strides are the oldest', () => {
  const combined = new CombinedStrides<StridedWindow>(definition);
  const rowsOf = (windowEndMs: number, ...rows: number[]): number[] =>
    pushRows(combined, windowEndMs, ...rows).flatMap(({ rowErrors }) => Array.from(rowErrors));
  assert.deepEqual(rowsOf(30, 99, 1, 2, 3, 4, Number.NaN, 6), [1, 2]);
  assert.deepEqual(rowsOf(40, 99, 8, 1, 5, 7, Number.NaN, 9), [3, 1]);
  assert.deepEqual(rowsOf(50, 99, 9, Number.NaN, 8, 4, 1, 2), [5, 6]);
});

test('a window that tells nothing of rows has no say on them', () => {
  const combined = new CombinedStrides<StridedWindow>(definition);
  push(combined, 30, 1, 2, 3);
  assert.deepEqual(
    pushRows(combined, 40, 1, 2, 3, 4, 5, 6).map(({ windows, rowErrors }) => [windows, Array.from(rowErrors)]),
    [[2, [1, 2]]],
  );
});

test('strides go on from a snapshot, also one of before, which tells nothing of rows', () => {
  const combined = new CombinedStrides<StridedWindow>(definition);
  pushRows(combined, 30, 1, 2, 3, 4, 5, 6);
  const state = combined.snapshot();
  const ofBefore = state.open.map(({ endMs, sum, windows, worst }) => ({ endMs, sum, windows, worst }));
  const goOn = (from: CombinedStridesState<StridedWindow>): unknown =>
    pushRows(new CombinedStrides(definition, from), 40, 7, 8, 9, 9, 9, 9).map(({ error, rowErrors }) => [
      error,
      Array.from(rowErrors),
    ]);
  assert.deepEqual(goOn(state), [[1.5, [3, 4]]]);
  assert.deepEqual(goOn(state), [[1.5, [3, 4]]], 'what goes on from a snapshot leaves it as it is');
  assert.deepEqual(goOn({ ...state, open: ofBefore }), [[1.5, [7, 8]]]);
});
