import { constantJudge } from './constant-judge.ts';
import type { ThresholdPolicy } from './threshold-policy.ts';

const level = { name: 'level', title: 'anomaly score', min: 0, max: 1e9, default: 10 };

/** threshold = level, whatever the model's holdout: in anomalyScore, whose unit is the holdout's median error. */
export const fixed: ThresholdPolicy<{ level: number }> = {
  name: 'fixed',
  title: 'fixed level',
  parameters: [level],
  begin: (parameters) => constantJudge(parameters.level),
};
