import { ascendingOf, quantileOf } from '../scoring/order-statistics.ts';
import { DynamicJudge, dynamicParameters, dynamicSpan, type DynamicParameters } from './dynamic-judge.ts';
import { meanAndDeviation } from './mean-and-deviation.ts';
import type { ThresholdCalibration, ThresholdPolicy } from './threshold-policy.ts';

type FloorParameters = DynamicParameters & Readonly<Record<'floorK' | 'floorQ' | 'floorMargin' | 'floorError', number>>;

const floorParameters = [
  { name: 'floorK', title: 'floor: standard deviations above the mean of the holdout', min: 0, max: 1000, default: 3 },
  { name: 'floorQ', title: 'floor: quantile of the holdout', min: 0, max: 1, default: 1 },
  { name: 'floorMargin', title: 'floor: times that quantile', min: 0, max: 1000, default: 2 },
  {
    name: 'floorError',
    title: 'floor: reconstruction error, in scaled units squared',
    min: 0,
    max: 1e6,
    default: 0.05,
  },
];

/**
 * The dynamic threshold (dynamic.ts), never below
 *
 *   floor = max(mean + floorK sd, floorMargin x Q(floorQ), floorError / unit)
 *
 * of the holdout's scores, smoothed alike: however quiet a stream is, what the holdout was like by itself is no anomaly, and
 * neither is an error too small to matter.
 */
export const dynamicFloor: ThresholdPolicy<FloorParameters> = {
  name: 'dynamic-floor',
  title: 'dynamic threshold with a floor from the holdout',
  parameters: [...dynamicParameters, ...floorParameters],
  span: dynamicSpan,
  begin: (parameters, calibration, state) =>
    new DynamicJudge(parameters, calibration, floorOf(parameters, calibration), state),
};

function floorOf(
  { floorK, floorQ, floorMargin, floorError }: FloorParameters,
  { holdoutScores, errorUnit }: ThresholdCalibration,
): number {
  if (holdoutScores.length === 0) return Infinity;
  const { mean, deviation } = meanAndDeviation(holdoutScores);
  const quantile = quantileOf(ascendingOf(holdoutScores), floorQ);
  return Math.max(mean + floorK * deviation, floorMargin * quantile, floorError / errorUnit);
}
