import type { FeatureLayout } from '../features/feature-layout.ts';

/**
 * How much of a channel's usual error every channel is granted at least, as a share of the mean over channels: a channel
 * that a model reconstructs almost perfectly is not magnified beyond 1 / floorShare.
 */
const floorShare = 0.05;
/** The least usual error of a channel, in scaled units squared: below it lies rounding. */
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
 * Weight of each scored channel, from its usual (median) error on the holdout m_c: w_c = mean(m) / max(m_c, floor).
 * A channel that is noisy by nature then drowns no other, and an ordinary window still has an error of about mean(m), in
 * scaled units squared.
 */
export function channelWeights(usualErrors: readonly number[]): number[] {
  const mean = usualErrors.reduce((sum, error) => sum + error, 0) / usualErrors.length;
  const floor = Math.max(floorShare * mean, absoluteFloor);
  return usualErrors.map((error) => Math.max(mean, absoluteFloor) / Math.max(error, floor));
}

/**
 * reconstructionError = (1 / C) sum_c w_c e_c over the C scored channels, and each channel's share of it.
 * Contributions sum to 1, or are all 0 if the error is.
 */
export function reconstructionError(
  errors: Float64Array,
  weights: readonly number[],
): { reconstructionError: number; contributions: Float32Array } {
  let sum = 0;
  for (let c = 0; c < errors.length; c++) sum += weights[c]! * errors[c]!;
  const contributions = new Float32Array(errors.length);
  if (sum > 0) for (let c = 0; c < errors.length; c++) contributions[c] = (weights[c]! * errors[c]!) / sum;
  return { reconstructionError: sum / errors.length, contributions };
}
