import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { absoluteErrors, allocatePartErrors, featureErrors } from '../../../pipelines/scoring/residuals.ts';

describe('feature errors', () => {
  it('are the mean squared residual of each scored column over the cells that count', () => {
    const shape = { rows: 2, features: 3, scoredFeatures: 2 };
    const windows = {
      count: 2,
      features: Float32Array.of(1, 2, 9, 3, 4, 9, 0, 0, 9, 5, 5, 9),
      weight: Uint8Array.of(1, 1, 1, 0, 0, 1, 0, 1),
    };
    const reconstruction = Float32Array.of(0, 0, 0, 0, 7, 1, 7, 1);
    assert.deepEqual([...featureErrors(shape, windows, reconstruction)], [5, 4, 0, 8.5]);
  });

  it('of strides and rows are those of the window, were it that part alone; NaN where nothing of it counts', () => {
    const shape = { rows: 5, features: 1, scoredFeatures: 1 };
    const windows = { count: 1, features: Float32Array.of(9, 1, 2, 3, 5), weight: Uint8Array.of(1, 1, 0, 0, 0) };
    for (const [errorsOf, size] of [
      [featureErrors, 41],
      [absoluteErrors, 5],
    ] as const) {
      const ofParts = allocatePartErrors(shape, 2, 1);
      assert.deepEqual([...errorsOf(shape, windows, new Float32Array(5), ofParts)], [size]);
      // The oldest row is in no whole stride.
      assert.deepEqual([...ofParts.strides], [1, Number.NaN]);
      assert.deepEqual(
        [...ofParts.rows],
        [errorsOf === absoluteErrors ? 9 : 81, 1, Number.NaN, Number.NaN, Number.NaN],
      );
    }
  });

  it('of rows are not said twice where a stride is one row', () => {
    const shape = { rows: 3, features: 1, scoredFeatures: 1 };
    const windows = { count: 1, features: Float32Array.of(1, 2, 3), weight: Uint8Array.of(1, 1, 1) };
    const ofParts = allocatePartErrors(shape, 1, 1);
    featureErrors(shape, windows, new Float32Array(3), ofParts);
    assert.deepEqual([...ofParts.strides], [1, 4, 9]);
    assert.equal(ofParts.rows.length, 0);
  });

  it('of a window are the same bits wherever it stands in a batch', () => {
    const cell = fc.float({ noNaN: true, min: -1000, max: 1000 });
    fc.assert(
      fc.property(
        fc.array(cell, { minLength: 12, maxLength: 12 }),
        fc.array(cell, { minLength: 8, maxLength: 8 }),
        fc.array(fc.nat({ max: 1 }), { minLength: 8, maxLength: 8 }),
        fc.nat({ max: 5 }),
        (features, rebuilt, weight, before) => {
          const shape = { rows: 4, features: 3, scoredFeatures: 2 };
          const count = before + 2;
          const repeat = (values: number[]): number[] => Array.from({ length: count }, () => values).flat();
          const errors = (times: number, of: (values: number[]) => number[]): Float32Array =>
            featureErrors(
              shape,
              { count: times, features: Float32Array.from(of(features)), weight: Uint8Array.from(of(weight)) },
              Float32Array.from(of(rebuilt)),
            );
          const alone = errors(1, (values) => values);
          assert.deepEqual(errors(count, repeat).slice(before * 2, before * 2 + 2), alone);
        },
      ),
    );
  });
});
