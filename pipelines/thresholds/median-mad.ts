import { ascendingOf, quantileOf } from '../scoring/order-statistics.ts';
import { constantJudge } from './constant-judge.ts';
import type { ThresholdPolicy } from './threshold-policy.ts';

const k = { name: 'k', title: 'robust standard deviations', min: 0, max: 1000, default: 10 };
/** 1 / the 0.75 quantile of the standard normal: MAD x this estimates its standard deviation. */
const consistency = 1.4826022185056018;

/**
 * threshold = median + k x 1.4826 MAD of the holdout's anomaly scores, MAD = median |s - median s|. Up to half of the
 * holdout may be contaminated without moving it far (Leys et al. 2013, doi:10.1016/j.jesp.2013.03.013; Hampel 1974).
 */
export const medianMad: ThresholdPolicy<{ k: number }> = {
  name: 'median-mad',
  title: 'median + k MAD of the holdout',
  parameters: [k],
  begin(parameters, { holdoutScores }) {
    if (holdoutScores.length === 0) return constantJudge(Infinity);
    const median = quantileOf(ascendingOf(holdoutScores), 0.5);
    const deviations = ascendingOf(holdoutScores.map((score) => Math.abs(score - median)));
    return constantJudge(median + parameters.k * consistency * quantileOf(deviations, 0.5));
  },
};
