import { scoreTail, tailLevel } from '../scoring/score-tail.ts';
import { constantJudge } from './constant-judge.ts';
import type { PolicyParameter, ThresholdPolicy } from './threshold-policy.ts';

export type TailParameters = Readonly<Record<'tail' | 'risk', number>>;

/** The parameters of every policy that fits a tail. */
export const tailParameters: readonly PolicyParameter[] = [
  {
    name: 'tail',
    title: 'share of the greatest scores that the tail is fitted on',
    min: 0.001,
    max: 0.5,
    default: 0.02,
  },
  { name: 'risk', title: 'share of ordinary windows that exceed the threshold', min: 1e-8, max: 0.1, default: 1e-4 },
];

/**
 * Peaks over threshold (Siffer et al., KDD 2017, doi:10.1145/3097983.3098144): with excesses over the (1 - tail)-quantile t
 * of n holdout scores, N of them, that follow a generalised Pareto distribution,
 *
 *   threshold = t + (scale / shape) ((risk n / N)^(-shape) - 1).
 */
export const pot: ThresholdPolicy<TailParameters> = {
  name: 'pot',
  title: 'peaks over threshold (POT) of the holdout',
  parameters: tailParameters,
  begin: ({ tail, risk }, { holdoutScores }) =>
    constantJudge(holdoutScores.length < 2 ? Infinity : tailLevel(scoreTail(holdoutScores, tail), risk)),
};
