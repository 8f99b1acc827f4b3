import type { BundleManifest } from '../../autoencoders/bundle.ts';
import { scoreTail, tailExceedance } from '../../scoring/score-tail.ts';
import { expectedViolationsPerDay } from '../../thresholds/expected-violations.ts';
import { beginJudge } from '../../thresholds/policies.ts';
import { smoothedCalibration, smoothingParameter } from '../../thresholds/smoothing.ts';
import { thresholdCalibration } from '../../thresholds/threshold-calibration.ts';
import type { ThresholdSetting } from '../../thresholds/threshold-setting.ts';

/** A bundle's threshold, and what levels come to in false alarms. */
export interface CardThreshold {
  readonly setting: ThresholdSetting;
  /** What it begins with, in anomalyScore. */
  readonly level: number;
  /** Windows a day like those of the holdout that exceed the level; null without a holdout to speak of. */
  readonly expectedPerDay: number | null;
  /** The same for other levels, ascending; beyond the holdout by its generalised Pareto tail. */
  readonly calibration: readonly { readonly level: number; readonly expectedPerDay: number }[];
  /** The greatest score of the holdout, smoothed where the threshold is of smoothed ones. */
  readonly greatestHoldoutScore: number;
}

const points = 48;
/** Share of the holdout that its tail is fitted on, as of what any threshold comes to. */
const tailShare = 0.05;

export function thresholdOnCard(manifest: BundleManifest): CardThreshold {
  const { threshold: setting } = manifest;
  const calibration = thresholdCalibration(manifest);
  const span = setting.parameters[smoothingParameter.name] ?? 0;
  // What is held against the level, where that is of smoothed scores.
  const { holdoutScores, windowsPerDay } = span === 0 ? calibration : smoothedCalibration(span, calibration);
  const { level } = beginJudge(setting, calibration);
  const greatest = holdoutScores.reduce((most, score) => Math.max(most, score), 0);
  return {
    setting,
    level,
    expectedPerDay: expectedViolationsPerDay(setting, calibration),
    calibration: holdoutScores.length < 2 ? [] : curve(holdoutScores, windowsPerDay, 2 * Math.max(level, greatest)),
    greatestHoldoutScore: greatest,
  };
}

/** From the ordinary score, 1, on a logarithmic scale. */
function curve(holdoutScores: readonly number[], windowsPerDay: number, toLevel: number): CardThreshold['calibration'] {
  const tail = scoreTail(holdoutScores, tailShare);
  const top = Math.max(toLevel, 2);
  return Array.from({ length: points }, (_, index) => {
    const level = top ** (index / (points - 1));
    return { level, expectedPerDay: windowsPerDay * tailExceedance(tail, level) };
  });
}
