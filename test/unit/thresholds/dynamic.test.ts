import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SeededRandom } from '../../../pipelines/random.ts';
import { dynamicEpsilon } from '../../../pipelines/thresholds/dynamic-epsilon.ts';
import { keptSequences } from '../../../pipelines/thresholds/dynamic-judge.ts';
import { beginJudge } from '../../../pipelines/thresholds/policies.ts';

const random = SeededRandom.for(5, 'dynamic');
const quiet = Array.from({ length: 500 }, () => random.between(0.5, 1.5));
const calibration = { holdoutScores: quiet, holdoutScoresPerWindow: 1, windowsPerDay: 1440, errorUnit: 0.1 };

const mean = (of: readonly number[]): number => of.reduce((sum, one) => sum + one, 0) / of.length;
const sd = (of: readonly number[]): number => Math.sqrt(mean(of.map((one) => (one - mean(of)) ** 2)));

/** The paper's formula, word for word: slow and plain. */
function epsilonByDefinition(scores: readonly number[], join: number): number {
  let [epsilon, best] = [mean(scores) + 12 * sd(scores), -Infinity];
  for (let z = 2.5; z <= 12; z += 0.5) {
    const candidate = mean(scores) + z * sd(scores);
    const below = scores.filter((score) => score <= candidate);
    const above = scores.flatMap((score, index) => (score > candidate ? index : []));
    if (above.length === 0) break;
    const sequences = above.filter((index, i) => i === 0 || index - above[i - 1]! > join).length;
    if (sequences > 5 || above.length >= scores.length / 2) continue;
    const falls = (mean(scores) - mean(below)) / mean(scores) + (sd(scores) - sd(below)) / sd(scores);
    const gain = falls / (above.length + sequences ** 2);
    if (gain >= best) [epsilon, best] = [candidate, gain];
  }
  return epsilon;
}

/** What a score is held against after a holdout of 1 and 3, with a floor like this. */
const floorOf = (floor: Record<string, number>): number => {
  const parameters = { smoothing: 0, floorK: 0, floorQ: 0, floorMargin: 1, floorError: 0, ...floor };
  const judge = beginJudge({ policy: 'dynamic-floor', parameters }, { ...calibration, holdoutScores: [1, 3] });
  return judge.judge(0)!.level;
};

/** How many scores violate after the stream's level has risen for good. */
const violating = (relearn: number): number => {
  const parameters = { memory: 200, smoothing: 0, relearn };
  const judge = beginJudge({ policy: 'dynamic', parameters }, calibration);
  const shifted = quiet.map((score) => score + 5);
  return shifted.filter((score) => judge.judge(score)!.violates).length;
};

describe('the dynamic threshold', () => {
  it('is the level that the paper defines, on spikes of every height and number', () => {
    for (let round = 0; round < 50; round++) {
      const scores = quiet.slice(0, 120);
      for (let spikes = random.below(9); spikes > 0; spikes--) {
        const at = random.below(110);
        for (let i = 0; i <= random.below(6); i++) scores[at + i] = random.between(1.5, 40);
      }
      const expected = epsilonByDefinition(scores, 1);
      assert.ok(Math.abs(dynamicEpsilon(scores, 1) - expected) <= 1e-9 * expected, `round ${round}`);
    }
  });

  it('is not upset by a spike that dwarfs everything', () => {
    const scores = quiet.with(40, 1e12);
    assert.ok(dynamicEpsilon(scores, 1) < 1e12);
  });

  it('keeps what stands out by a step of at least the least decrease, and what is above that', () => {
    const scores = [1, 10, 1, 9.5, 1, 4, 1];
    const peaksKept = (level: number, decrease: number): number[] =>
      keptSequences(scores, level, { join: 1, buffer: 0, decrease }).map(({ first }) => scores[first]!);
    assert.deepEqual(peaksKept(2, 0.13), [10, 9.5, 4]);
    assert.deepEqual(peaksKept(3.9, 0.76), []);
    assert.deepEqual(peaksKept(3.9, 0.57), [10, 9.5, 4].slice(0, 3));
    assert.deepEqual(peaksKept(3.9, 0.05).length, 3);
    assert.deepEqual(
      keptSequences([1, 10, 1, 5, 1, 4.9, 4.8], 4.85, { join: 1, buffer: 0, decrease: 0.13 }).map(({ first }) => first),
      [1],
    );
  });

  it('judges a whole series at its end where its delay is as long as the series', () => {
    const parameters = { memory: 100, delay: 500, smoothing: 0, buffer: 3 };
    const judge = beginJudge({ policy: 'dynamic', parameters }, calibration);
    const series = quiet.slice(0, 200).map((score, index) => (index >= 50 && index < 60 ? 20 : score));
    assert.ok(series.every((score) => judge.judge(score) === null));
    const found = judge.conclude().flatMap(({ violates }, index) => (violates ? index : []));
    assert.deepEqual(
      found,
      Array.from({ length: 16 }, (_, index) => 47 + index),
    );
  });

  it('learns a violation that outlasts relearn, and so ends an alarm that would last for ever', () => {
    assert.equal(violating(1000), 500);
    assert.ok(violating(50) >= 50 && violating(50) < 120, `${violating(50)}`);
    assert.ok(violating(0) < 50, `${violating(0)}`);
  });

  it('never falls below its floor, smoothed like the scores, nor below the least error that matters', () => {
    const waitless = { delay: 0 };
    assert.ok(floorOf({ ...waitless, floorError: 100 }) >= 1000);
    assert.ok(floorOf({ ...waitless, floorK: 50 }) >= 52);
    assert.ok(floorOf({ ...waitless, floorQ: 1, floorMargin: 30 }) >= 90);
  });
});
