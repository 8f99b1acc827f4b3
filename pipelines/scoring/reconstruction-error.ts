import type { FeatureLayout } from '../features/feature-layout.ts';

/**
 * The least limit of a channel, as a share of the mean over channels: a channel that a model reconstructs almost perfectly
 * is not magnified beyond 1 / floorShare.
 */
const floorShare = 0.05;
/** The least limit of a channel, in scaled units squared: below it lies rounding. */
const absoluteFloor = 1e-4;

/** Mean squared residual of each scored channel: the mean over its feature columns. Writes scored.length numbers. */
export function channelErrors(
  layout: FeatureLayout,
  featureErrors: Float32Array,
  windowIndex: number,
  into: Float64Array,
): void {
  const from = windowIndex * layout.scoredFeatures;
  layout.scored.forEach(({ offset, width }, index) => {
    let sum = 0;
    for (let column = 0; column < width; column++) sum += featureErrors[from + offset + column]!;
    into[index] = sum / width;
  });
}

/**
 * Weight of each scored channel, from the limit l_c of its ordinary errors (their 0.99 quantile on the holdout):
 * w_c = mean(l) / max(l_c, floor). A channel that is noisy, or often odd, by nature then drowns no other.
 */
export function channelWeights(limits: readonly number[]): number[] {
  const mean = limits.reduce((sum, limit) => sum + limit, 0) / limits.length;
  const floor = Math.max(floorShare * mean, absoluteFloor);
  return limits.map((limit) => Math.max(mean, absoluteFloor) / Math.max(limit, floor));
}

/**
 * reconstructionError = max_c w_c e_c over the scored channels: a fault mostly shows in few channels of many, and must not
 * be averaged away by the rest. Contributions are the shares w_c e_c / sum_c w_c e_c, or all 0 if the error is.
 */
export function reconstructionError(
  errors: Float64Array,
  weights: readonly number[],
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
  return { reconstructionError: worst, contributions };
}
