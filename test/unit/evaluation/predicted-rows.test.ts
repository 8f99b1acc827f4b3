import assert from 'node:assert/strict';
import { test } from 'node:test';
import { predictedRows } from '../../../pipelines/evaluation/predicted-rows.ts';

test('rows are predicted where an anomaly is located, or else in all of its strides; their times need not ascend', () => {
  const timeMs = Float64Array.of(0, 10, 20, 30, 50, 40, 60, 70);
  const located = { startMs: 0, endMs: 40, located: { fromMs: 10, toMs: 30 } };
  const unlocated = { startMs: 50, endMs: 70 };
  assert.deepEqual(predictedRows(timeMs, [located, unlocated]), [
    [1, 2],
    [4, 4],
    [6, 6],
  ]);
  assert.deepEqual(predictedRows(timeMs, []), []);
});
