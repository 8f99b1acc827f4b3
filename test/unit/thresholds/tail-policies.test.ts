import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SeededRandom } from '../../../pipelines/random.ts';
import { beginJudge, resolutionProblem } from '../../../pipelines/thresholds/policies.ts';
import type { ThresholdCalibration } from '../../../pipelines/thresholds/threshold-policy.ts';

const random = SeededRandom.for(12, 'tails');
/** Exceeded with exp(-score). */
const exponential = (count: number): number[] => Array.from({ length: count }, () => -Math.log(1 - random.uniform()));

function calibrationOf(holdoutScores: readonly number[], windowsPerDay = 1440): ThresholdCalibration {
  return { holdoutScores, holdoutScoresPerWindow: 1, windowsPerDay, errorUnit: 1 };
}

describe('POT', () => {
  it('is exceeded as often as its risk says, beyond the holdout too', () => {
    const { level } = beginJudge({ policy: 'pot', parameters: { risk: 1e-4 } }, calibrationOf(exponential(4000)));
    assert.ok(Math.abs(level / Math.log(1e4) - 1) < 0.25, `${level}`);
  });
});

describe('SPOT', () => {
  it('begins where POT stands, and learns the tail that the stream has', () => {
    const calibration = calibrationOf(exponential(300));
    const parameters = { tail: 0.05, risk: 1e-5 };
    const judge = beginJudge({ policy: 'spot', parameters }, calibration);
    assert.ok(Math.abs(judge.level - beginJudge({ policy: 'pot', parameters }, calibration).level) < 1e-5);
    for (const score of exponential(10_000)) judge.judge(score);
    assert.ok(Math.abs(judge.level / Math.log(1e5) - 1) < 0.25, `${judge.level}`);
  });
});

describe('DSPOT', () => {
  it('follows a drift, and finds what stands out of where the stream is now', () => {
    const holdout = exponential(1000).map((score) => 30 + score);
    const falling = exponential(3000).map((score, index) => 30 - index / 100 + score);
    const violations = (policy: string): number[] => {
      const judge = beginJudge({ policy, parameters: { tail: 0.05, risk: 1e-4 } }, calibrationOf(holdout));
      const found = falling.with(2900, 20).map((score) => judge.judge(score)!.violates);
      return found.flatMap((violates, index) => (violates ? index : []));
    };
    assert.deepEqual(violations('dspot').slice(-1), [2900]);
    assert.ok(violations('dspot').length <= 4);
    assert.deepEqual(violations('spot'), [], 'which knows only where the stream was');
  });
});

describe('the quantile of recent windows', () => {
  it('is exceeded by one of so many as it remembers, where scores are alike', () => {
    const memory = 200;
    const setting = { policy: 'recent-quantile', parameters: { memory, margin: 1, relearn: 0 } };
    const judge = beginJudge(setting, calibrationOf(exponential(memory)));
    const found = exponential(40_000).filter((score) => judge.judge(score)!.violates).length;
    assert.ok(Math.abs(found / (40_000 / (memory + 1)) - 1) < 0.25, `${found}`);
  });

  it('is what sorting all that it remembers would give, before and after the oldest are forgotten', () => {
    const [memory, q] = [30, 0.9];
    const judge = beginJudge(
      { policy: 'recent-quantile', parameters: { memory, q, margin: 2, relearn: 0 } },
      calibrationOf(exponential(5)),
    );
    const scores = exponential(100).map((score) => Math.round(4 * score));
    scores.forEach((score, index) => {
      judge.judge(score);
      if (index < memory) return;
      const sorted = scores.slice(index + 1 - memory, index + 1).sort((a, b) => a - b);
      assert.ok(Math.abs(judge.level - 2 * (sorted[26]! + 0.1 * (sorted[27]! - sorted[26]!))) < 1e-9);
    });
  });

  it('takes what never ends for how the stream is now, once it has lasted', () => {
    const judge = beginJudge(
      { policy: 'recent-quantile', parameters: { memory: 50, relearn: 20 } },
      calibrationOf(exponential(50)),
    );
    const found = Array.from({ length: 40 }, () => judge.judge(1000)!.violates);
    assert.equal(found.lastIndexOf(true), 20);
  });
});

describe('a budget of false alarms', () => {
  it('is kept by windows like those of the holdout', () => {
    const setting = { policy: 'false-alarm-budget', parameters: { perDay: 10 } };
    const days = 40;
    const found = Array.from({ length: 20 }, () => {
      const { level } = beginJudge(setting, calibrationOf(exponential(1440)));
      return exponential(1440 * days).filter((score) => score > level).length / days;
    });
    const mean = found.reduce((sum, one) => sum + one, 0) / found.length;
    assert.ok(Math.abs(mean - 10) < 2.5, `${mean} a day`);
  });

  it('is refused where the holdout is too short, with the least that it resolves, which it then takes', () => {
    const calibration = calibrationOf(exponential(720));
    const problem = (perDay: number) =>
      resolutionProblem({ policy: 'false-alarm-budget', parameters: { perDay, reach: 10 } }, calibration);
    assert.deepEqual(problem(0.1)!.subject, {
      field: 'parameters.perDay',
      value: 0.1,
      bound: 'at least 0.2: the holdout is 0.500 days long, its tail trusted for 10 times that',
    });
    assert.equal(problem(0.2), null);
  });

  it('counts the windows of a holdout at a finer stride for no more than the time that they cover', () => {
    const setting = { policy: 'false-alarm-budget', parameters: { perDay: 0.1 } };
    const problem = resolutionProblem(setting, { ...calibrationOf(exponential(720)), holdoutScoresPerWindow: 4 })!;
    assert.match(problem.subject.bound!, /^at least 0\.8: the holdout is 0\.125 days long/);
  });
});
