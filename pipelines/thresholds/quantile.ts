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
  evaluate(parameters, { holdoutScores }) {
    if (holdoutScores.length === 0) return Infinity;
    const position = parameters.q * (holdoutScores.length - 1);
    const below = holdoutScores[Math.floor(position)]!;
    const above = holdoutScores[Math.ceil(position)]!;
    return parameters.margin * (below + (above - below) * (position - Math.floor(position)));
  },
};
