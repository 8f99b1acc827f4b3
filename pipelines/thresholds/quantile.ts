import { ascendingOf, quantileOf } from '../scoring/order-statistics.ts';
import { constantJudge } from './constant-judge.ts';
import type { ThresholdPolicy } from './threshold-policy.ts';

const q = { name: 'q', title: 'share of holdout windows below', min: 0, max: 1, default: 0.999 };
const margin = { name: 'margin', title: 'times that quantile', min: 0.1, max: 1000, default: 1 };

/**
 * threshold = margin x the q-quantile of the holdout's anomaly scores, linear between order statistics
 * (Hyndman and Fan 1996, definition 7).
 */
export const quantile: ThresholdPolicy<{ q: number; margin: number }> = {
  name: 'quantile',
  title: 'quantile of the holdout',
  parameters: [q, margin],
  begin(parameters, { holdoutScores }) {
    if (holdoutScores.length === 0) return constantJudge(Infinity);
    return constantJudge(parameters.margin * quantileOf(ascendingOf(holdoutScores), parameters.q));
  },
};
