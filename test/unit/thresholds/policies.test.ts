import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CupolaError } from '../../../pipelines/errors.ts';
import { beginJudge, parseThreshold } from '../../../pipelines/thresholds/policies.ts';
import type { ThresholdSetting } from '../../../pipelines/thresholds/threshold-setting.ts';

/** The level that a setting begins with after a holdout, a window a minute. */
function levelOf(policy: string, parameters: ThresholdSetting['parameters'], holdoutScores: readonly number[]): number {
  const calibration = { holdoutScores, holdoutScoresPerWindow: 1, windowsPerDay: 1440, errorUnit: 1 };
  return beginJudge({ policy, parameters }, calibration).level;
}

test('parameters that are left out have the defaults of their policy', () => {
  assert.deepEqual(parseThreshold({ policy: 'quantile', parameters: { q: 0.9 } }), {
    policy: 'quantile',
    parameters: { q: 0.9, margin: 1, smoothing: 0, combined: 0 },
  });
});

const refusals: readonly (readonly [
  policy: string,
  parameters: Record<string, number>,
  field: string,
  bound: RegExp,
])[] = [
  ['p99', {}, 'policy', /^one of mean-sigma, median-mad, quantile, fixed/],
  ['mean-sigma', { k: -3 }, 'parameters.k', /^a number from 0 to 1000$/],
  ['mean-sigma', { k: Number.NaN }, 'parameters.k', /^a number from 0 to 1000$/],
  ['mean-sigma', { q: 0.9 }, 'parameters.q', /^left out: the parameters of mean-sigma are k, smoothing, combined$/],
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
  assert.equal(levelOf('mean-sigma', { k: 2 }, [1, 3]), 2 + 2 * 1);
});

test('median-mad is the median and k times 1.4826 median absolute deviations', () => {
  assert.equal(levelOf('median-mad', { k: 2 }, [9, 1, 2, 3, 1000]), 3 + 2 * 1.4826022185056018 * 2);
});

test('quantile lies between order statistics, times its margin, in whatever order the holdout is', () => {
  assert.equal(levelOf('quantile', { q: 0.75, margin: 2 }, [4, 1, 2]), 6);
  assert.equal(levelOf('quantile', { q: 1 }, [1, 4, 2]), 4);
});

test('fixed is what it says, whatever the holdout', () => {
  assert.equal(levelOf('fixed', { level: 7 }, [1, 4, 2]), 7);
});

for (const policy of ['quantile', 'median-mad']) {
  test(`without a holdout, ${policy} is violated by nothing`, () => {
    assert.equal(levelOf(policy, {}, []), Infinity);
  });
}
