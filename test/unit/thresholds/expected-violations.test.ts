import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SeededRandom } from '../../../pipelines/random.ts';
import { expectedViolationsPerDay } from '../../../pipelines/thresholds/expected-violations.ts';
import { beginJudge } from '../../../pipelines/thresholds/policies.ts';
import type { ThresholdCalibration } from '../../../pipelines/thresholds/threshold-policy.ts';

const random = SeededRandom.for(21, 'expected');
const exponential = (count: number): number[] => Array.from({ length: count }, () => -Math.log(1 - random.uniform()));
const calibration: ThresholdCalibration = {
  holdoutScores: exponential(3000),
  holdoutScoresPerWindow: 1,
  windowsPerDay: 1440,
  errorUnit: 1,
};

test('a budget of false alarms is expected to give what it asks for, on streams of every unit', () => {
  for (const unit of [1e-3, 1, 1e6]) {
    const holdoutScores = calibration.holdoutScores.map((score) => unit * score);
    for (const perDay of [100, 5, 0.2]) {
      const setting = { policy: 'false-alarm-budget', parameters: { perDay } };
      const expected = expectedViolationsPerDay(setting, { ...calibration, holdoutScores })!;
      assert.ok(Math.abs(expected / perDay - 1) < 0.02, `${expected} of ${perDay}`);
    }
  }
});

test('what is expected of smoothed scores is what smoothed scores do', () => {
  const setting = { policy: 'mean-sigma', parameters: { k: 2.5, smoothing: 8 } };
  const long = { ...calibration, holdoutScores: exponential(30_000) };
  const expected = expectedViolationsPerDay(setting, long)!;
  const judge = beginJudge(setting, long);
  const found = exponential(144_000).filter((score) => judge.judge(score)!.violates).length / 100;
  assert.ok(Math.abs(expected / found - 1) < 0.25, `${expected} expected, ${found} a day found`);
});

test('without a holdout nothing is expected', () => {
  assert.equal(
    expectedViolationsPerDay({ policy: 'fixed', parameters: {} }, { ...calibration, holdoutScores: [1] }),
    null,
  );
});
