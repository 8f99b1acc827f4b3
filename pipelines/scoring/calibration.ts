import type { BundleManifest } from '../autoencoders/bundle.ts';
import type { FeatureLayout } from '../features/feature-layout.ts';
import { ascendingOf, quantileOf } from './order-statistics.ts';
import { channelErrors, channelWeights, reconstructionError } from './reconstruction-error.ts';

/** Holdout errors kept in a bundle: the newest. */
const keptErrors = 4096;
/** Up to which quantile of the holdout a channel's error is ordinary. */
const limitQuantile = 0.99;
/** The least unit of anomalyScore, in scaled units squared: a holdout reconstructed perfectly must not divide by 0. */
const leastMedianError = 1e-4;

export type Calibration = Pick<BundleManifest, 'channelWeights' | 'holdoutErrors' | 'holdoutMedianError'>;

/**
 * What a model's errors are like on its holdout: the weight of each channel, and the error that they give in the order of
 * time. `featureErrors` is count x scoredFeatures, as a runtime returns it, oldest first; count is at least 1.
 */
export function calibrate(layout: FeatureLayout, featureErrors: Float32Array, count: number): Calibration {
  const errors = Array.from({ length: count }, (_, window) => {
    const ofWindow = new Float64Array(layout.scored.length);
    channelErrors(layout, featureErrors, window, ofWindow);
    return ofWindow;
  });
  const limits = layout.scored.map((_, channel) =>
    quantileOf(ascendingOf(errors.map((of) => of[channel]!)), limitQuantile),
  );
  const weights = channelWeights(limits);
  const holdoutErrors = errors.map((of) => reconstructionError(of, weights).reconstructionError);
  return {
    channelWeights: weights,
    holdoutErrors: holdoutErrors.slice(-keptErrors),
    holdoutMedianError: Math.max(quantileOf(ascendingOf(holdoutErrors), 0.5), leastMedianError),
  };
}
