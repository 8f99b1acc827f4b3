import { constantJudge } from './constant-judge.ts';
import { meanAndDeviation } from './mean-and-deviation.ts';
import type { ThresholdPolicy } from './threshold-policy.ts';

const k = { name: 'k', title: 'standard deviations', min: 0, max: 1000, default: 6 };

/**
 * threshold = mean + k x standard deviation of the holdout's anomaly scores (population). The textbook rule; by Cantelli's
 * inequality at most 1 / (1 + k^2) of windows like the holdout's lie above it, whatever their distribution.
 */
export const meanSigma: ThresholdPolicy<{ k: number }> = {
  name: 'mean-sigma',
  title: 'mean + k sigma of the holdout',
  parameters: [k],
  begin(parameters, { holdoutScores }) {
    const { mean, deviation } = meanAndDeviation(holdoutScores);
    return constantJudge(mean + parameters.k * deviation);
  },
};
