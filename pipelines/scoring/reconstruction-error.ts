import type { FeatureLayout } from '../features/feature-layout.ts';
import type { ScoringRuleName } from './scoring-rule.ts';

/**
 * The least limit of a channel, as a share of the mean over channels: a channel that a model reconstructs almost perfectly
 * is not magnified beyond 1 / floorShare.
 */
const floorShare = 0.05;
/** The least limit of a channel, in scaled units squared: below it lies rounding. */
const absoluteFloor = 1e-4;

/**
 * Error of each scored channel, such as its mean squared residual: the mean over its feature columns, but their sum by
 * mahalanobis, of which they are parts. Writes scored.length numbers.
 */
export function channelErrors(
  layout: FeatureLayout,
  featureErrors: Float32Array,
  windowIndex: number,
  into: Float64Array,
  rule: ScoringRuleName = 'squared',
): void {
  const from = windowIndex * layout.scoredFeatures;
  layout.scored.forEach(({ offset, width }, index) => {
    let sum = 0;
    for (let column = 0; column < width; column++) sum += featureErrors[from + offset + column]!;
    into[index] = rule === 'mahalanobis' ? sum : sum / width;
  });
}

/**
 * Weight of each scored channel, from the limit l_c of its ordinary errors (their 0.99 quantile on the holdout):
 * w_c = mean(l) / max(l_c, floor). A channel that is noisy, or often odd, by nature then drowns no other.
 */
export function channelWeights(limits: readonly number[], rule: ScoringRuleName = 'squared'): number[] {
  const { mean, floor } = leastLimits(limits, leastError(rule));
  return limits.map((limit) => mean / Math.max(limit, floor));
}

/** The mean of limits in scaled units squared, and the least that one of them is taken for. */
export function leastLimits(limits: readonly number[], least = absoluteFloor): { mean: number; floor: number } {
  const mean = limits.reduce((sum, limit) => sum + limit, 0) / limits.length;
  return { mean: Math.max(mean, least), floor: Math.max(floorShare * mean, least) };
}

/** Below it lies rounding: errors are in scaled units squared, but in scaled units by the absolute rule. */
export function leastError(rule: ScoringRuleName): number {
  return rule === 'absolute' ? Math.sqrt(absoluteFloor) : absoluteFloor;
}

/**
 * reconstructionError = max_c w_c e_c over the scored channels: a fault mostly shows in few channels of many, and must not
 * be averaged away by the rest. By mahalanobis it is their sum, of which channels have parts already. Contributions are the
 * shares w_c e_c / sum_c w_c e_c, or all 0 if the error is.
 */
export function reconstructionError(
  errors: Float64Array,
  weights: readonly number[],
  rule: ScoringRuleName = 'squared',
): { reconstructionError: number; contributions: Float32Array } {
  let sum = 0;
  let worst = 0;
  for (let c = 0; c < errors.length; c++) {
    const weighted = weights[c]! * errors[c]!;
    sum += weighted;
    worst = Math.max(worst, weighted);
  }
  const contributions = new Float32Array(errors.length);
  if (sum > 0) for (let c = 0; c < errors.length; c++) contributions[c] = (weights[c]! * errors[c]!) / sum;
  return { reconstructionError: rule === 'mahalanobis' ? sum : worst, contributions };
}

/**
 * The reconstructionError of each stride, or row, of windows, window by window, as it would be were the window that part
 * alone. `partErrors` is (windows x parts) x scoredFeatures, as a runtime returns it; NaN for a part in which nothing counts.
 */
export function errorsOfParts(
  layout: FeatureLayout,
  partErrors: Float32Array,
  weights: readonly number[],
  rule: ScoringRuleName = 'squared',
): Float32Array {
  const { scoredFeatures } = layout;
  const isSum = rule === 'mahalanobis';
  // By column, so that one flat loop runs over every cell: the factor of a channel at its last column, and 0 before it.
  const factors = new Float64Array(scoredFeatures);
  layout.scored.forEach(({ offset, width }, channel) => {
    factors[offset + width - 1] = weights[channel]! / (isSum ? 1 : width);
  });
  const parts = new Float32Array(partErrors.length / scoredFeatures);
  for (let part = 0, cell = 0; part < parts.length; part++) {
    let error = -1;
    let sum = 0;
    for (let column = 0; column < scoredFeatures; column++, cell++) {
      sum += partErrors[cell]!;
      const factor = factors[column]!;
      if (factor === 0) continue;
      const weighted = factor * sum;
      sum = 0;
      if (weighted > error) error = isSum && error > 0 ? error + weighted : weighted;
      else if (isSum && weighted >= 0) error += weighted;
    }
    parts[part] = error < 0 ? Number.NaN : error;
  }
  return parts;
}
