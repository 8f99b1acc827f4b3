import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  classificationFigures,
  type ClassificationFigures,
} from '../../../../pipelines/evaluation/metrics/classification.ts';
import { stratifiedFolds } from '../../../../pipelines/evaluation/metrics/stratified-folds.ts';
import { isClose, metricFixture } from './metric-fixture.ts';

interface ScikitCase extends ClassificationFigures {
  readonly labelled: readonly number[];
  readonly predicted: readonly number[];
}

test('counts and figures are those of scikit-learn', () => {
  for (const { labelled, predicted, ...expected } of metricFixture('classification') as ScikitCase[]) {
    const figures = classificationFigures(predicted, labelled);
    for (const [name, value] of Object.entries(expected) as [keyof ClassificationFigures, number][])
      assert.ok(isClose(figures[name], value), `${name} ${figures[name]}, of scikit-learn ${value}`);
  }
});

test('six items by hand', () => {
  // TP 2, FP 1, TN 2, FN 1.
  const { accuracy, precision, recall, f1 } = classificationFigures([1, 1, 1, 0, 0, 0], [1, 1, 0, 1, 0, 0]);
  assert.deepEqual([accuracy, precision, recall, f1], [4 / 6, 2 / 3, 2 / 3, 2 / 3]);
});

test('a figure of nothing is null', () => {
  const { precision, recall, f1, accuracy } = classificationFigures([0, 0], [0, 0]);
  assert.deepEqual([precision, recall, f1, accuracy], [null, null, null, 1]);
  assert.equal(classificationFigures([], []).accuracy, null);
});

test('folds differ by one item at most, in each class and over all, and follow from the seed', () => {
  const items = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 200 });
  fc.assert(
    fc.property(items, fc.integer({ min: 2, max: 7 }), fc.integer(), (classes, folds, seed) => {
      const foldOf = stratifiedFolds(classes, folds, seed);
      const isEven = (belongs: (item: number) => boolean): boolean => {
        const sizes = Array.from(
          { length: folds },
          (_, fold) => foldOf.filter((f, i) => f === fold && belongs(i)).length,
        );
        return (
          Math.max(...sizes) - Math.min(...sizes) <= 1 &&
          sizes.reduce((a, b) => a + b) === classes.filter((_, i) => belongs(i)).length
        );
      };
      assert.ok(isEven(() => true));
      for (const one of [1, 2, 3, 4]) assert.ok(isEven((item) => classes[item] === one));
      assert.deepEqual(stratifiedFolds(classes, folds, seed), foldOf);
    }),
    { numRuns: 50 },
  );
  const classes = Array.from({ length: 100 }, (_, i) => i % 2);
  assert.notDeepEqual(stratifiedFolds(classes, 5, 1), stratifiedFolds(classes, 5, 2));
});
