/** What holds for every threshold policy, whatever it does. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deserialize, serialize } from 'node:v8';
import * as fc from 'fast-check';
import { CupolaError } from '../../../pipelines/errors.ts';
import { SeededRandom } from '../../../pipelines/random.ts';
import { beginJudge, parseThreshold, policies } from '../../../pipelines/thresholds/policies.ts';
import type { Judgement, ScoreJudge, ThresholdCalibration } from '../../../pipelines/thresholds/threshold-policy.ts';
import type { ThresholdSetting } from '../../../pipelines/thresholds/threshold-setting.ts';

/** Scores about 1, skewed to the right as reconstruction errors are. */
function ordinary(seed: number, count: number): number[] {
  const random = SeededRandom.for(seed, 'scores');
  return Array.from({ length: count }, () => Math.exp(random.normal() * 0.3));
}

/** Scores about 1 with no tail, so that none of them is ever found to violate. */
function calm(seed: number, count: number): number[] {
  const random = SeededRandom.for(seed, 'calm');
  return Array.from({ length: count }, () => random.between(0.5, 1.7));
}

const calibration: ThresholdCalibration = {
  holdoutScores: ordinary(1, 600),
  holdoutScoresPerWindow: 1,
  windowsPerDay: 1440,
  errorUnit: 0.01,
};

/** What tests run with, so that memories fill and drift within a few hundred scores. */
const small: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  spot: { tail: 0.1, risk: 0.001 },
  dspot: { tail: 0.1, risk: 0.001, depth: 20 },
  'recent-quantile': { memory: 100 },
  dynamic: { memory: 100, buffer: 2 },
  'dynamic-floor': { memory: 100, buffer: 2 },
};

const delays = [0, 7];

/** Every policy with and without smoothing, and with and without waiting where it can wait. */
const settings: readonly ThresholdSetting[] = policies.flatMap(({ name: policy, parameters }) => {
  const waits = parameters.some(({ name }) => name === 'delay');
  return [0, 5].flatMap((smoothing) =>
    (waits ? delays : [0]).map((delay) =>
      parseThreshold({ policy, parameters: { ...small[policy], smoothing, ...(waits ? { delay } : {}) } }),
    ),
  );
});

/** Takes a score, or what stands for a gap. */
type Step = number | 'gap';
const score = fc.oneof(
  { weight: 20, arbitrary: fc.double({ min: 0, max: 3, noNaN: true }) },
  { weight: 2, arbitrary: fc.double({ min: 3, max: 100, noNaN: true }) },
  { weight: 1, arbitrary: fc.constant(0) },
);
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof({ weight: 30, arbitrary: score }, { weight: 1, arbitrary: fc.constant<Step>('gap') }),
  { maxLength: 150 },
);

function take(judge: ScoreJudge, step: Step): (Judgement | null)[] {
  return step === 'gap' ? judge.conclude() : [judge.judge(step)];
}

for (const setting of settings) {
  const { policy, parameters } = setting;
  const { smoothing, delay = 0 } = parameters;
  describe(`${policy}, smoothing ${smoothing}, delay ${delay}`, () => {
    it('goes on from a snapshot taken anywhere as if nothing had happened', () => {
      fc.assert(
        fc.property(steps, fc.nat(), (all, at) => {
          const cut = at % (all.length + 1);
          const first = beginJudge(setting, calibration);
          for (const step of all.slice(0, cut)) take(first, step);
          const stored = serialize(first.snapshot());
          const rest = [...all.slice(cut), 'gap' as const];
          const expected = rest.map((step) => take(first, step));
          const restored = beginJudge(setting, calibration, deserialize(stored));
          assert.deepEqual(
            rest.map((step) => take(restored, step)),
            expected,
          );
          assert.equal(restored.level, first.level);
        }),
        { numRuns: 60 },
      );
    });

    it('judges every score once, in order, as late as it says and at a gap at the latest', () => {
      fc.assert(
        fc.property(steps, (all) => {
          const judge = beginJudge(setting, calibration);
          let awaiting = 0;
          for (const step of [...all, 'gap' as const]) {
            const judged = take(judge, step);
            if (step === 'gap') {
              assert.equal(judged.length, awaiting);
              awaiting = 0;
            } else if (++awaiting > delay) {
              assert.notEqual(judged[0], null);
              awaiting--;
            } else assert.equal(judged[0], null);
            if (smoothing === 0 && delay === 0 && step !== 'gap') assert.equal(judged[0]!.score, step);
          }
        }),
        { numRuns: 30 },
      );
    });

    it('is violated by what is far from ordinary, and hardly by what is ordinary', () => {
      const scores = ordinary(2, 400);
      const strange = scores.with(300, 1e5).with(301, 1e5).with(302, 1e5);
      const judge = beginJudge(setting, calibration);
      const judged = [...strange.flatMap((one) => judge.judge(one) ?? []), ...judge.conclude()];
      assert.deepEqual(
        judged.slice(300, 303).map(({ violates }) => violates),
        [true, true, true],
      );
      assert.ok(judged.slice(0, 300).filter(({ violates }) => violates).length <= 15);
    });

    it('learns nothing from what it found to violate', () => {
      const unsmoothed = {
        policy,
        parameters: { ...parameters, smoothing: 0, ...('buffer' in parameters && { buffer: 0 }) },
      };
      const judge = beginJudge(unsmoothed, calibration);
      const other = beginJudge(unsmoothed, calibration);
      const [before, after] = [calm(3, 60), calm(4, 60)];
      for (const one of [...before, ...Array<number>(40).fill(1e4), ...after]) judge.judge(one);
      for (const one of [...before, ...after]) other.judge(one);
      judge.conclude();
      other.conclude();
      assert.equal(judge.level, other.level);
    });

    it('keeps a memory of bounded size', () => {
      const judge = beginJudge(setting, calibration);
      const sizes = [3000, 1000].map((count, part) => {
        for (const one of ordinary(10 + part, count)) judge.judge(one);
        return serialize(judge.snapshot()).length;
      });
      assert.ok(Math.abs(sizes[1]! - sizes[0]!) <= 64, `${sizes[0]} bytes, then ${sizes[1]}`);
    });

    it('leaves the holdout as it is', () => {
      const holdoutScores = ordinary(1, 600);
      const judge = beginJudge(setting, { ...calibration, holdoutScores });
      for (const one of ordinary(5, 50)) judge.judge(one);
      assert.deepEqual(holdoutScores, ordinary(1, 600));
    });

    it('stands a holdout that is empty, of one window, or all the same', () => {
      for (const holdoutScores of [[], [1], Array<number>(50).fill(1), Array<number>(50).fill(0)]) {
        const judge = beginJudge(setting, { ...calibration, holdoutScores });
        const judged = [...[1, 2, 1e9, 1].flatMap((one) => judge.judge(one) ?? []), ...judge.conclude()];
        assert.deepEqual(
          judged.filter(({ level }) => Number.isNaN(level) || level < 0),
          [],
        );
        assert.equal(judged.length, 4);
      }
    });
  });
}

describe('every policy', () => {
  for (const { name: policy, parameters } of policies) {
    for (const { name, min, max, whole } of parameters) {
      it(`${policy} refuses ${name} beyond its bounds, by name, value and bound`, () => {
        for (const value of [min - 1, max + 1, Number.NaN, ...(whole ? [min + 0.5] : [])]) {
          assert.throws(
            () => parseThreshold({ policy, parameters: { [name]: value } }),
            (error) => {
              assert.ok(error instanceof CupolaError);
              assert.equal(error.subject.field, `parameters.${name}`);
              assert.equal(error.subject.bound, `a ${whole ? 'whole ' : ''}number from ${min} to ${max}`);
              return true;
            },
          );
        }
      });
    }
  }
});
