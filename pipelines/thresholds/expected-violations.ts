import { scoreTail, tailExceedance } from '../scoring/score-tail.ts';
import { beginJudge } from './policies.ts';
import { smoothedCalibration, smoothingParameter } from './smoothing.ts';
import type { ThresholdCalibration } from './threshold-policy.ts';
import type { ThresholdSetting } from './threshold-setting.ts';

/** Share of the holdout that its tail is fitted on. */
const tail = 0.05;

/**
 * What any setting comes to in one unit: how many windows a day that are like the holdout's exceed the level that it begins
 * with, by the holdout's tail (score-tail.ts). Several in a row are one alarm. null where there is no holdout to speak of.
 */
export function expectedViolationsPerDay(setting: ThresholdSetting, calibration: ThresholdCalibration): number | null {
  if (calibration.holdoutScores.length < 2) return null;
  const { level } = beginJudge(setting, calibration);
  const span = setting.parameters[smoothingParameter.name] ?? 0;
  const { holdoutScores, windowsPerDay } = span === 0 ? calibration : smoothedCalibration(span, calibration);
  return windowsPerDay * tailExceedance(scoreTail(holdoutScores, tail), level);
}
