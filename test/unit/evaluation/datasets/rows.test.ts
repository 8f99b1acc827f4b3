import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rowRangesOfFlags, unionOfRowRanges } from '../../../../pipelines/evaluation/datasets/row-range.ts';
import {
  rowTimeline,
  rowTimesMs,
  testRowsWithin,
  testStartMs,
  trainingEndMs,
} from '../../../../pipelines/evaluation/datasets/row-timeline.ts';

test('ranges that overlap or touch become one; others stay', () => {
  const union = unionOfRowRanges([
    [20, 22],
    [5, 9],
    [10, 12],
    [6, 7],
    [14, 14],
  ]);
  assert.deepEqual(union, [
    [5, 12],
    [14, 14],
    [20, 22],
  ]);
});

test('flags become ranges up to both ends', () => {
  assert.deepEqual(rowRangesOfFlags([1, 1, 0, 0, 1, 0, 1]), [
    [0, 1],
    [4, 4],
    [6, 6],
  ]);
  assert.deepEqual(rowRangesOfFlags([0, 0]), []);
});

test('a day lies between the training part and the test part, whose last cell ends with the year 2019', () => {
  const timeline = rowTimeline(60_000, 3, 2);
  const times = rowTimesMs(timeline);
  assert.equal(times.length, 5);
  assert.equal(times[3], testStartMs(timeline));
  assert.equal(times[2]! + 60_000, trainingEndMs(timeline));
  assert.equal(testStartMs(timeline) - trainingEndMs(timeline), 86_400_000);
  assert.equal(times[4]! + 60_000, Date.UTC(2020, 0, 1));
});

test('event times and test rows map to one another', () => {
  const timeline = rowTimeline(60_000, 100, 50);
  const start = testStartMs(timeline);
  assert.deepEqual(testRowsWithin(timeline, start, start + 60_000), [0, 0], 'half-open at its end');
  assert.deepEqual(testRowsWithin(timeline, start + 1, start + 120_001), [1, 2]);
  assert.deepEqual(testRowsWithin(timeline, -Infinity, Infinity), [0, 49]);
  assert.equal(testRowsWithin(timeline, start - 60_000, start), null, 'the training part has no test row');
  assert.equal(testRowsWithin(timeline, start + 1, start + 2), null, 'between two rows');
});
