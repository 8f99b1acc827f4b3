import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beginJudge } from '../../../pipelines/thresholds/policies.ts';
import type { ThresholdCalibration } from '../../../pipelines/thresholds/threshold-policy.ts';

const calibration: ThresholdCalibration = {
  holdoutScores: [1, 3],
  holdoutScoresPerWindow: 1,
  windowsPerDay: 1440,
  errorUnit: 1,
};

test('scores are averaged with 2 / (span + 1) for the newest, from the mean of the holdout on', () => {
  const judge = beginJudge({ policy: 'fixed', parameters: { level: 4, smoothing: 3 } }, calibration);
  assert.deepEqual(
    [6, 6, 2].map((score) => judge.judge(score)),
    [
      { score: 4, level: 4, violates: false },
      { score: 5, level: 4, violates: true },
      { score: 3.5, level: 4, violates: false },
    ],
  );
});

test('after a gap they are averaged anew: what was before it says nothing of now', () => {
  const judge = beginJudge({ policy: 'fixed', parameters: { level: 4, smoothing: 3 } }, calibration);
  judge.judge(100);
  judge.conclude();
  assert.equal(judge.judge(2)!.score, 2);
});

test('the holdout is smoothed alike, over the same time whatever its stride', () => {
  const [alike, finer] = [1, 4].map((holdoutScoresPerWindow) => {
    const setting = { policy: 'quantile', parameters: { q: 1, smoothing: 3 } };
    return beginJudge(setting, { ...calibration, holdoutScoresPerWindow, holdoutScores: [0, 0, 0, 8] }).level;
  });
  // From their mean, 2: 1, 0.5, 0.25, then half of the way to 8.
  assert.equal(alike, 4.125);
  assert.ok(finer! < 3);
});
