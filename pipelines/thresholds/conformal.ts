import { ascendingOf } from '../scoring/order-statistics.ts';
import { constantJudge } from './constant-judge.ts';
import { roundedUp } from './rounded-up.ts';
import type { ThresholdPolicy } from './threshold-policy.ts';

const alpha = { name: 'alpha', title: 'share of false alarms, at most', min: 1e-6, max: 0.5, default: 0.01 };

/**
 * Split conformal (Vovk, Gammerman and Shafer 2005; Laxhammar and Falkman 2014, doi:10.1007/s10472-013-9381-7):
 * threshold = the ceil((n + 1)(1 - alpha))-th smallest of the n holdout scores. A window exchangeable with those of the
 * holdout exceeds it with a probability of at most alpha, whatever the distribution and the model.
 *
 * Overlapping windows of drifting telemetry are not exchangeable: there the share of false alarms is what the holdout makes
 * of it, which is more, or less (docs/decisions/0024). A holdout of n windows resolves no alpha below 1 / (n + 1).
 */
export const conformal: ThresholdPolicy<{ alpha: number }> = {
  name: 'conformal',
  title: 'split conformal: a guaranteed share of false alarms',
  parameters: [alpha],
  begin(parameters, { holdoutScores }) {
    const n = holdoutScores.length;
    if (n === 0) return constantJudge(Infinity);
    // A product that is whole but for rounding must not be taken for the next number.
    const rank = Math.ceil((n + 1) * (1 - parameters.alpha) - 1e-9);
    return constantJudge(ascendingOf(holdoutScores)[Math.min(rank, n) - 1]!);
  },
  unresolved(parameters, { holdoutScores: { length: n } }) {
    if (parameters.alpha >= 1 / (n + 1)) return null;
    return { name: alpha.name, bound: `at least ${roundedUp(1 / (n + 1))}: the holdout has ${n} windows` };
  },
};
