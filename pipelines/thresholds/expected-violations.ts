import { scoreTail, tailExceedance } from '../scoring/score-tail.ts';
import { beginJudge } from './policies.ts';
import { smoothedCalibration, smoothingParameter } from './smoothing.ts';
import type { ThresholdCalibration } from './threshold-policy.ts';
import type { ThresholdSetting } from './threshold-setting.ts';

/** Share of the holdout that its tail is fitted on. */
const tail = 0.05;

/** How many times the length of the holdout its tail is trusted for. */
const reach = 10;

/** How often windows like the holdout's score so high. */
export interface ExpectedRate {
  /** Windows a day; several in a row are one alarm. */
  readonly perDay: number;
  /** Whether it is a bound from above: the holdout is too short to tell how much rarer they are. */
  readonly isAtMost: boolean;
}

/**
 * What any setting comes to in one unit: how many windows a day that are like the holdout's exceed the level that it begins
 * with, by the holdout's tail (score-tail.ts). Several in a row are one alarm. null where there is no holdout to speak of.
 */
export function expectedViolationsPerDay(setting: ThresholdSetting, calibration: ThresholdCalibration): number | null {
  if (calibration.holdoutScores.length < 2) return null;
  return exceedancesPerDay(beginJudge(setting, calibration).level, setting, calibration);
}

/**
 * What a score means, whatever the stream: how many windows a day that are like the holdout's score higher. It is a score as
 * it was judged under a setting, which may smooth. null where there is no holdout to speak of.
 */
export function expectedRate(
  score: number,
  setting: ThresholdSetting,
  calibration: ThresholdCalibration,
): ExpectedRate | null {
  const { holdoutScores, holdoutScoresPerWindow, windowsPerDay } = calibration;
  if (holdoutScores.length < 2) return null;
  const least = (windowsPerDay * Math.max(1, holdoutScoresPerWindow)) / (reach * holdoutScores.length);
  const perDay = exceedancesPerDay(score, setting, calibration);
  return { perDay: Math.max(perDay, least), isAtMost: perDay < least };
}

function exceedancesPerDay(score: number, setting: ThresholdSetting, calibration: ThresholdCalibration): number {
  const span = setting.parameters[smoothingParameter.name] ?? 0;
  const { holdoutScores, windowsPerDay } = span === 0 ? calibration : smoothedCalibration(span, calibration);
  return windowsPerDay * tailExceedance(scoreTail(holdoutScores, tail), score);
}
