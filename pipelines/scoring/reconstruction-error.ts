import type { FeatureLayout } from '../features/feature-layout.ts';

/**
 * The least limit of a channel, as a share of the mean over channels: a channel that a model reconstructs almost perfectly
 * is not magnified beyond 1 / floorShare.
 */
const floorShare = 0.05;
/** The least limit of a channel, in scaled units squared: below it lies rounding. */
const absoluteFloor = 1e-4;
/** Exponent of the power mean over channels: between their mean (1) and the worst of them (infinity). */
const power = 4;

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
 * reconstructionError = ((1 / C) sum_c (w_c e_c)^p)^(1 / p) over the C scored channels with p = 4: a power mean, since a
 * fault mostly shows in few channels of many. Contributions are the shares w_c e_c / sum_c w_c e_c, or all 0 if the error
 * is.
 */
export function reconstructionError(
  errors: Float64Array,
  weights: readonly number[],
): { reconstructionError: number; contributions: Float32Array } {
  let sum = 0;
  let powers = 0;
  for (let c = 0; c < errors.length; c++) {
    const weighted = weights[c]! * errors[c]!;
    sum += weighted;
    powers += weighted ** power;
  }
  const contributions = new Float32Array(errors.length);
  if (sum > 0) for (let c = 0; c < errors.length; c++) contributions[c] = (weights[c]! * errors[c]!) / sum;
  return { reconstructionError: (powers / errors.length) ** (1 / power), contributions };
}
