import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SeededRandom } from '../../../pipelines/random.ts';
import { beginJudge, resolutionProblem } from '../../../pipelines/thresholds/policies.ts';
import type { ThresholdCalibration } from '../../../pipelines/thresholds/threshold-policy.ts';

const random = SeededRandom.for(11, 'conformal');
const skewed = (): number => Math.exp(random.normal());

function calibrationOf(holdoutScores: readonly number[]): ThresholdCalibration {
  return { holdoutScores, holdoutScoresPerWindow: 1, windowsPerDay: 1440, errorUnit: 1 };
}

/** Share of later scores that violate, in each of `runs` holdouts with what follows them. */
function falseAlarmShares(runs: number, alpha: number, series: () => readonly [number[], number[]]): number[] {
  return Array.from({ length: runs }, () => {
    const [holdout, later] = series();
    const judge = beginJudge({ policy: 'conformal', parameters: { alpha } }, calibrationOf(holdout));
    return later.filter((score) => judge.judge(score)!.violates).length / later.length;
  });
}

const draw = (count: number): number[] => Array.from({ length: count }, skewed);
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

for (const [n, alpha] of [
  [19, 0.05],
  [99, 0.05],
  [150, 0.1],
  [600, 0.01],
] as const) {
  test(`of exchangeable windows at most ${alpha} are false alarms, and hardly fewer, after a holdout of ${n}`, () => {
    const found = mean(falseAlarmShares(400, alpha, () => [draw(n), draw(50)]));
    // Four standard errors: later windows of one run share a holdout.
    const error = 4 * Math.sqrt((alpha * (1 - alpha) * (1 / 50 + 1 / n)) / 400);
    assert.ok(found <= alpha + error, `${found} of ${alpha}`);
    assert.ok(found >= alpha - 1 / (n + 1) - error, `${found} of ${alpha}`);
  });
}

test('of overlapping windows the share of false alarms is what it happens to be: reported, not guaranteed', (t) => {
  const length = 20;
  /** Means over windows one row apart. */
  const overlapping = (count: number): number[] => {
    const rows = Array.from({ length: count + length }, skewed);
    return Array.from({ length: count }, (_, at) => mean(rows.slice(at, at + length)));
  };
  const shares = falseAlarmShares(200, 0.05, () => {
    const all = overlapping(400);
    return [all.slice(0, 199), all.slice(199 + length)];
  }).toSorted((a, b) => a - b);
  const report = `alpha 0.05: mean ${mean(shares).toFixed(3)}, a tenth of runs above ${shares[180]!.toFixed(3)}`;
  t.diagnostic(report);
  assert.ok(shares[180]! > 0.05, 'or windows that overlap would be exchangeable');
});

test('a holdout refuses the alpha that it cannot resolve, and takes the bound that it names', () => {
  const calibration = calibrationOf(Array.from({ length: 199 }, (_, index) => index));
  const problem = resolutionProblem({ policy: 'conformal', parameters: { alpha: 0.001 } }, calibration)!;
  assert.deepEqual(problem.subject, {
    field: 'parameters.alpha',
    value: 0.001,
    bound: 'at least 0.005: the holdout has 199 windows',
  });
  assert.equal(resolutionProblem({ policy: 'conformal', parameters: { alpha: 0.005 } }, calibration), null);
  const beyond = beginJudge({ policy: 'conformal', parameters: { alpha: 0.001 } }, calibration);
  assert.equal(beyond.level, 198, 'what governs already is taken as at the bound');
});
