import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { rowsByScore } from '../../../../pipelines/evaluation/metrics/rows-by-score.ts';

test('rows come by score, highest first, and equal ones in their order', () => {
  const value = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true, noDefaultInfinity: true }));
  fc.assert(
    fc.property(fc.array(value), (values) => {
      const score = Float64Array.from(values, (one) => one + 0);
      const expected = values.map((_, row) => row).sort((a, b) => score[b]! - score[a]! || a - b);
      assert.deepEqual([...rowsByScore(score)], expected);
    }),
  );
});
