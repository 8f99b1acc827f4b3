import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SeededRandom } from '../../../pipelines/random.ts';
import { featureLayout } from '../../../pipelines/features/feature-layout.ts';
import { calibrate } from '../../../pipelines/scoring/calibration.ts';
import { channelErrors, reconstructionError } from '../../../pipelines/scoring/reconstruction-error.ts';
import { expectedRate } from '../../../pipelines/thresholds/expected-violations.ts';
import { beginJudge } from '../../../pipelines/thresholds/policies.ts';
import { thresholdCalibration } from '../../../pipelines/thresholds/threshold-calibration.ts';
import { definitionOf } from '../../properties/window-arbitraries.ts';

/** Windows that do not overlap, one a minute. */
const windowRows = 8;
const holdoutWindows = 4000;
const watchedDays = 14;
const perDay = 10;
const setting = { policy: 'false-alarm-budget', parameters: { perDay } };

/** Draws of the residual of one cell; streams differ in size, tail and number of channels, and cells are independent. */
const noises: Readonly<Record<string, { readonly channels: number; readonly draw: (random: SeededRandom) => number }>> =
  {
    'quiet and normal': { channels: 1, draw: (random) => 1e-3 * random.normal() },
    'loud and normal': { channels: 1, draw: (random) => 1e4 * random.normal() },
    'normal, twelve channels': { channels: 12, draw: (random) => random.normal() },
    Laplace: {
      channels: 2,
      draw: (random) => 3 * Math.log(random.uniform() + 1e-12) * (random.uniform() < 0.5 ? -1 : 1),
    },
    'Student, 4 degrees': {
      channels: 3,
      draw: (random) =>
        random.normal() / Math.sqrt((Math.log(1 - random.uniform()) + Math.log(1 - random.uniform())) / -2),
    },
    uniform: { channels: 4, draw: (random) => 20 * random.uniform() - 10 },
    'one in a hundred ten times as loud': {
      channels: 1,
      draw: (random) => (random.uniform() < 0.01 ? 10 : 1) * random.normal(),
    },
    'steps of a coarse sensor': { channels: 2, draw: (random) => Math.round(3 * random.normal()) },
  };

describe('a score means the same on every stream', () => {
  const streams = Object.entries(noises).map(([name, noise]) => watched(name, noise));

  it('a budget gives the same false alarms a day, whatever the noise', () => {
    const total = streams.reduce((sum, { name, alarms }) => {
      // The level stands on some 28 scores of the holdout, and 140 alarms are expected: 4 standard deviations.
      const bound = 4 * Math.sqrt(1 / ((perDay / 1440) * holdoutWindows) + 1 / (perDay * watchedDays));
      const ratio = alarms.length / (perDay * watchedDays);
      assert.ok(Math.abs(ratio - 1) < bound, `${name}: ${ratio} times the budget`);
      return sum + ratio;
    }, 0);
    assert.ok(Math.abs(total / streams.length - 1) < 0.25, `${total / streams.length} times the budget in all`);
  });

  it('an anomalyScore by itself does not: what a median is exceeded by depends on the noise', () => {
    const rates = streams.map(({ scores }) => scores.filter((score) => score > 3).length / watchedDays);
    assert.ok(Math.max(...rates) > 20 * Math.max(1 / watchedDays, Math.min(...rates)), rates.join(' '));
  });

  it('how rare it is to be says how rare it is', () => {
    for (const { name, scores, calibration } of streams) {
      const twentieth = scores.toSorted((a, b) => b - a)[20 * watchedDays]!;
      const { perDay: expected, isAtMost } = expectedRate(twentieth, setting, calibration)!;
      assert.equal(isAtMost, false);
      assert.ok(expected > 10 && expected < 40, `${name}: ${expected} expected, 20 found`);
    }
  });

  it('what is rarer than the holdout can tell is said to be at most so often', () => {
    const { calibration } = streams[0]!;
    const { perDay: expected, isAtMost } = expectedRate(1e9, setting, calibration)!;
    assert.ok(isAtMost);
    // One in ten holdouts, each of 4000 minutes.
    assert.ok(Math.abs(expected - 1440 / 40_000) < 1e-9);
  });
});

/** A stream's calibration by one part of its noise, and what another part of the same comes to under the budget. */
function watched(name: string, { channels, draw }: (typeof noises)[string]) {
  const kinds = Array.from({ length: channels }, () => ({ kind: 'real' as const }));
  const definition = { ...definitionOf(kinds, windowRows, windowRows), windowLengthMs: 60_000, strideMs: 60_000 };
  const layout = featureLayout({ ...definition, intervalMs: 60_000 / windowRows });
  const random = SeededRandom.for(1, name);
  const errorsOf = (windows: number): Float32Array =>
    Float32Array.from({ length: windows * channels }, () => {
      let sum = 0;
      for (let row = 0; row < windowRows; row++) sum += draw(random) ** 2;
      return sum / windowRows;
    });
  const calibrated = calibrate(layout, errorsOf(holdoutWindows), holdoutWindows);
  const calibration = thresholdCalibration({ definition, ...calibrated });
  const count = 1440 * watchedDays;
  const errors = errorsOf(count);
  const ofChannels = new Float64Array(channels);
  const scores = Array.from({ length: count }, (_, window) => {
    channelErrors(layout, errors, window, ofChannels);
    const { reconstructionError: error } = reconstructionError(ofChannels, calibrated.channelWeights);
    return error / calibrated.holdoutMedianError;
  });
  const judge = beginJudge(setting, calibration);
  return { name, scores, calibration, alarms: scores.filter((score) => judge.judge(score)!.violates) };
}
