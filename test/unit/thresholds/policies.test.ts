import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CupolaError } from '../../../pipelines/errors.ts';
import { evaluateThreshold, parseThreshold } from '../../../pipelines/thresholds/policies.ts';

test('parameters that are left out have the defaults of their policy', () => {
  assert.deepEqual(parseThreshold({ policy: 'quantile', parameters: { q: 0.9 } }), {
    policy: 'quantile',
    parameters: { q: 0.9, margin: 1 },
  });
});

const refusals: readonly (readonly [
  policy: string,
  parameters: Record<string, number>,
  field: string,
  bound: RegExp,
])[] = [
  ['p99', {}, 'policy', /^one of mean-sigma, quantile$/],
  ['mean-sigma', { k: -3 }, 'parameters.k', /^a number from 0 to 1000$/],
  ['mean-sigma', { k: Number.NaN }, 'parameters.k', /^a number from 0 to 1000$/],
  ['mean-sigma', { q: 0.9 }, 'parameters.q', /^left out: the parameters of mean-sigma are k$/],
  ['quantile', { q: 1.1 }, 'parameters.q', /^a number from 0 to 1$/],
];

for (const [policy, parameters, field, bound] of refusals) {
  test(`${policy} with ${JSON.stringify(parameters)} is refused at ${field}`, () => {
    assert.throws(
      () => parseThreshold({ policy, parameters }),
      (error) => {
        assert.ok(error instanceof CupolaError);
        assert.equal(error.code, 'CUPOLA_THRESHOLD_INVALID');
        assert.equal(error.subject.field, field);
        assert.match(error.subject.bound!, bound);
        return true;
      },
    );
  });
}

test('mean-sigma is the mean and k population standard deviations of the holdout', () => {
  const threshold = evaluateThreshold({ policy: 'mean-sigma', parameters: { k: 2 } }, { holdoutScores: [1, 3] });
  assert.equal(threshold, 2 + 2 * 1);
});

test('quantile lies between order statistics, times its margin', () => {
  const calibration = { holdoutScores: [1, 2, 4] };
  assert.equal(evaluateThreshold({ policy: 'quantile', parameters: { q: 0.75, margin: 2 } }, calibration), 6);
  assert.equal(evaluateThreshold({ policy: 'quantile', parameters: { q: 1, margin: 1 } }, calibration), 4);
});

test('without a holdout, quantile is violated by nothing', () => {
  const threshold = evaluateThreshold({ policy: 'quantile', parameters: { q: 1, margin: 1 } }, { holdoutScores: [] });
  assert.equal(threshold, Infinity);
});
