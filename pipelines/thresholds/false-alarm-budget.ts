import { scoreTail, tailLevel } from '../scoring/score-tail.ts';
import { constantJudge } from './constant-judge.ts';
import { roundedUp } from './rounded-up.ts';
import type { ThresholdCalibration, ThresholdPolicy } from './threshold-policy.ts';

const perDay = { name: 'perDay', title: 'false alarms a day, at most', min: 1e-6, max: 1e5, default: 1 };
const reach = {
  name: 'reach',
  title: 'times the length of the holdout that its tail is trusted for',
  min: 1,
  max: 100,
  default: 10,
};
/** Share of the holdout that the tail is fitted on. */
const tail = 0.05;

/**
 * threshold = the score that ordinary windows exceed perDay times a day, by the tail of the holdout (score-tail.ts). Several
 * windows in a row are one alarm, so that there are fewer alarms than that.
 *
 * A tail says little of what is much rarer than anything in the holdout: less than one window in `reach` holdouts is refused.
 */
export const falseAlarmBudget: ThresholdPolicy<{ perDay: number; reach: number }> = {
  name: 'false-alarm-budget',
  title: 'expected false alarms a day',
  parameters: [perDay, reach],
  begin(parameters, calibration) {
    const { holdoutScores, windowsPerDay } = calibration;
    if (holdoutScores.length < 2) return constantJudge(Infinity);
    const rate = Math.max(parameters.perDay, leastPerDay(parameters, calibration)) / windowsPerDay;
    return constantJudge(tailLevel(scoreTail(holdoutScores, tail), rate));
  },
  unresolved(parameters, calibration) {
    const least = leastPerDay(parameters, calibration);
    if (parameters.perDay >= least) return null;
    const days = (windowsOf(calibration) / calibration.windowsPerDay).toPrecision(3);
    const because = `the holdout is ${days} days long, its tail trusted for ${parameters.reach} times that`;
    return { name: perDay.name, bound: `at least ${roundedUp(least)}: ${because}` };
  },
};

function leastPerDay(parameters: { readonly reach: number }, calibration: ThresholdCalibration): number {
  return calibration.windowsPerDay / (parameters.reach * windowsOf(calibration));
}

/** Windows at the stream's own stride that the holdout is worth. */
function windowsOf({ holdoutScores, holdoutScoresPerWindow }: ThresholdCalibration): number {
  return holdoutScores.length / Math.max(1, holdoutScoresPerWindow);
}
