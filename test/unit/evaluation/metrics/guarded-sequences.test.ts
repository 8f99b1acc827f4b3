import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RowRange } from '../../../../pipelines/evaluation/datasets/row-range.ts';
import { eventCounts } from '../../../../pipelines/evaluation/metrics/event-f1.ts';
import { guardedSequences } from '../../../../pipelines/evaluation/metrics/guarded-sequences.ts';
import type { SequenceCounts } from '../../../../pipelines/evaluation/metrics/sequence-figures.ts';
import type { ChannelSequences } from '../../../../pipelines/evaluation/metrics/sequence-guard.ts';
import { metricFixture } from './metric-fixture.ts';

const rows = 10_000;
const counts = (predicted: RowRange[], labelled: RowRange[]): number[] => {
  const { truePositives, falsePositives, falseNegatives } = guardedSequences([{ rows, predicted, labelled }]);
  return [truePositives, falsePositives, falseNegatives];
};

test('a prediction with exactly half of its rows within 100 rows of a label is valid, with one row less it is not', () => {
  // The label widened is [900, 1200]: rows 900 to 999 of these predictions lie in it.
  assert.deepEqual(counts([[800, 999]], [[1000, 1100]]), [0, 0, 1], 'valid and finds nothing: it does not overlap');
  assert.deepEqual(counts([[799, 999]], [[1000, 1100]]), [0, 1, 1]);
  assert.deepEqual(counts([[800, 1000]], [[1000, 1100]]), [1, 0, 0], '101 of 201 rows');
});

test('a prediction that covers far more than the label finds nothing', () => {
  assert.deepEqual(counts([[0, 9_999]], [[4000, 4100]]), [0, 1, 1]);
});

test('labels close to one another are widened together: no row counts twice', () => {
  // Widened together: [900, 1260]. Of rows 700 to 1260, 361 of 561 lie in it.
  const labels: RowRange[] = [
    [1000, 1010],
    [1150, 1160],
  ];
  assert.deepEqual(counts([[700, 1260]], labels), [2, 0, 0], 'one prediction may find two labels');
  // Widened one by one, rows 910 to 1110 would count twice and make this one valid: 361 of 761.
  assert.deepEqual(counts([[500, 1260]], labels), [0, 1, 2]);
});

test('two predictions in one label are one true positive', () => {
  assert.deepEqual(
    counts(
      [
        [1000, 1003],
        [1050, 1053],
      ],
      [[1000, 1100]],
    ),
    [1, 0, 0],
  );
});

test('counts are pooled over channels before figures are made', () => {
  const figures = guardedSequences([
    { rows: 1000, predicted: [[100, 119]], labelled: [[100, 199]] },
    { rows: 1000, predicted: [[10, 29]], labelled: [[900, 999]] },
    {
      rows: 2000,
      predicted: [],
      labelled: [
        [0, 9],
        [1900, 1999],
      ],
    },
  ]);
  // TP 1, FP 1, FN 3. P = 1/2, R = 1/4, F0.5 = 1.25 x .125 / (.125 + .25) = 5/12, F1 = 2 x .125 / .75 = 1/3.
  const { truePositives, falsePositives, falseNegatives, predictedShare, isVoid } = figures;
  assert.deepEqual([truePositives, falsePositives, falseNegatives, predictedShare], [1, 1, 3, 40 / 4000]);
  assert.equal(isVoid, false);
  assert.deepEqual([figures.precision, figures.recall], [1 / 2, 1 / 4]);
  assert.ok(Math.abs(figures.f05! - 5 / 12) < 1e-12);
  assert.ok(Math.abs(figures.f1! - 1 / 3) < 1e-12);
});

test('a run that predicts more than a tenth of all rows is void, one that predicts a tenth is not', () => {
  const labelled: RowRange[] = [[0, 999]];
  const atLimit = guardedSequences([{ rows, predicted: [[0, 999]], labelled }]);
  assert.deepEqual([atLimit.isVoid, atLimit.f1], [false, 1]);
  const beyond = guardedSequences([{ rows, predicted: [[0, 1000]], labelled }]);
  const { isVoid, precision, recall, f05, f1, truePositives } = beyond;
  assert.deepEqual([isVoid, precision, recall, f05, f1, truePositives], [true, null, null, null, null, 1]);
});

test('where nothing was predicted or labelled a figure is null rather than a number', () => {
  const silent = guardedSequences([{ rows, predicted: [], labelled: [[1, 2]] }]);
  assert.deepEqual([silent.precision, silent.recall, silent.f05], [null, 0, 0]);
  const unlabelled = guardedSequences([{ rows, predicted: [], labelled: [] }]);
  assert.deepEqual([unlabelled.precision, unlabelled.recall, unlabelled.f1], [null, null, null]);
  assert.equal(guardedSequences([]).predictedShare, 0);
});

test('on Telemanom’s own run counts are Telemanom’s, but for four predictions that the guard sees otherwise', () => {
  const run = metricFixture('telemanom-run') as (ChannelSequences & SequenceCounts & { readonly channel: string })[];
  assert.equal(run.length, 82);
  const differing = run.flatMap((one) => {
    const { channel, predicted, labelled, truePositives, falsePositives, falseNegatives } = one;
    const original = { truePositives, falsePositives, falseNegatives };
    assert.deepEqual(eventCounts(predicted, labelled), original, channel);
    const guarded = counts([...predicted], [...labelled]);
    const isSame = guarded.join() === [truePositives, falsePositives, falseNegatives].join();
    return isSame ? [] : [[channel, Object.values(original), guarded]];
  });
  assert.deepEqual(differing, [
    // Rows 5990 to 6594 lie more beside the label than in it.
    ['E-12', [2, 1, 0], [2, 2, 0]],
    // Rows 3960 to 4029 and 6620 to 6689 overlap no label, but are near one.
    ['T-1', [1, 2, 1], [1, 0, 1]],
    // Of rows 1529 to 1793 the first 122 lie in the label or near it.
    ['M-5', [1, 0, 0], [0, 1, 1]],
  ]);
});
