import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RowRange } from '../../../../pipelines/evaluation/datasets/row-range.ts';
import { eventCounts, eventF1 } from '../../../../pipelines/evaluation/metrics/event-f1.ts';
import { sequenceFigures, type SequenceFigures } from '../../../../pipelines/evaluation/metrics/sequence-figures.ts';
import { isClose, metricFixture } from './metric-fixture.ts';

interface OrionCase extends Pick<SequenceFigures, 'truePositives' | 'falsePositives' | 'falseNegatives'> {
  readonly labelled: readonly RowRange[];
  readonly predicted: readonly RowRange[];
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
}

test('unguarded counts and figures are those of Orion', () => {
  const cases = metricFixture('event-counts') as OrionCase[];
  assert.equal(cases.length, 14);
  for (const { labelled, predicted, precision, recall, f1, ...expected } of cases) {
    const counts = eventCounts(predicted, labelled);
    assert.deepEqual(counts, expected);
    const figures = sequenceFigures([counts], 0);
    // Where Orion has no F1 since precision is 0 / 0, or precision and recall are 0, F1 is 0 here: events were missed.
    for (const [actual, original] of [
      [figures.precision, precision],
      [figures.recall, recall],
      [figures.f1, f1 ?? 0],
    ] as const)
      assert.ok(original === null ? actual === null : isClose(actual, original), `${actual}, ${original}`);
  }
});

test('a valid prediction that overlaps no event is a false positive, though it is near one', () => {
  const { truePositives, falsePositives, falseNegatives } = eventF1([
    { rows: 10_000, predicted: [[950, 990]], labelled: [[1000, 1100]] },
  ]);
  assert.deepEqual([truePositives, falsePositives, falseNegatives], [0, 1, 1]);
});

test('a prediction that covers far more than the event finds nothing, and too much predicted is void', () => {
  const labelled: RowRange[] = [[4000, 4010]];
  const wide = eventF1([{ rows: 10_000, predicted: [[3500, 4400]], labelled }]);
  assert.deepEqual([wide.truePositives, wide.falsePositives, wide.falseNegatives, wide.f1], [0, 1, 1, 0]);
  const all = eventF1([{ rows: 10_000, predicted: [[0, 9_999]], labelled }]);
  assert.deepEqual([all.isVoid, all.f1], [true, null]);
});

test('counts are pooled over channels before figures are made', () => {
  const { precision, recall, f1 } = eventF1([
    { rows: 1000, predicted: [[100, 119]], labelled: [[100, 199]] },
    { rows: 1000, predicted: [[10, 29]], labelled: [[900, 999]] },
    { rows: 1000, predicted: [], labelled: [[0, 9]] },
  ]);
  // TP 1, FP 1, FN 2.
  assert.deepEqual([precision, recall], [1 / 2, 1 / 3]);
  assert.ok(isClose(f1, 2 / 5));
});
