import type { BundleManifest } from '../autoencoders/bundle.ts';
import type { FeatureLayout } from '../features/feature-layout.ts';
import { channelErrors, channelWeights, reconstructionError } from './reconstruction-error.ts';

/** Holdout errors kept in a bundle; more are thinned out evenly in rank. */
const keptErrors = 4096;
/** Up to which quantile of the holdout a channel's error is ordinary. */
const limitQuantile = 0.99;
/** The least unit of anomalyScore, in scaled units squared: a holdout reconstructed perfectly must not divide by 0. */
const leastMedianError = 1e-4;

export type Calibration = Pick<BundleManifest, 'channelWeights' | 'holdoutErrors' | 'holdoutMedianError'>;

/**
 * What a model's errors are like on its holdout: the weight of each channel, and the distribution of the error that they
 * give. `featureErrors` is count x scoredFeatures, as a runtime returns it; count is at least 1.
 */
export function calibrate(layout: FeatureLayout, featureErrors: Float32Array, count: number): Calibration {
  const errors = Array.from({ length: count }, (_, window) => {
    const ofWindow = new Float64Array(layout.scored.length);
    channelErrors(layout, featureErrors, window, ofWindow);
    return ofWindow;
  });
  const limits = layout.scored.map((_, channel) =>
    quantileOf(
      errors.map((of) => of[channel]!),
      limitQuantile,
    ),
  );
  const weights = channelWeights(limits);
  const holdoutErrors = errors.map((of) => reconstructionError(of, weights).reconstructionError).sort((a, b) => a - b);
  return {
    channelWeights: weights,
    holdoutErrors: thin(holdoutErrors, keptErrors),
    holdoutMedianError: Math.max(quantileOf(holdoutErrors, 0.5), leastMedianError),
  };
}

/** Every value's rank is kept to within 1 / length; the first and last values always are. */
function thin(ascending: readonly number[], length: number): number[] {
  if (ascending.length <= length) return [...ascending];
  const step = (ascending.length - 1) / (length - 1);
  return Array.from({ length }, (_, i) => ascending[Math.round(i * step)]!);
}

/** Linear between order statistics (Hyndman and Fan 1996, definition 7). */
function quantileOf(values: readonly number[], q: number): number {
  const ascending = [...values].sort((a, b) => a - b);
  const position = q * (ascending.length - 1);
  const below = ascending[Math.floor(position)]!;
  return below + (ascending[Math.ceil(position)]! - below) * (position - Math.floor(position));
}
