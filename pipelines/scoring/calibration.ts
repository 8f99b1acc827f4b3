import type { BundleManifest } from '../autoencoders/bundle.ts';
import type { FeatureLayout } from '../features/feature-layout.ts';
import { ascendingOf, quantileOf } from './order-statistics.ts';
import { channelErrors, channelWeights, leastError, reconstructionError } from './reconstruction-error.ts';
import type { ScoringRuleName } from './scoring-rule.ts';

/** Holdout errors kept in a bundle: the newest. */
const keptErrors = 4096;
/** Up to which quantile of the holdout a channel's error is ordinary: `q99` of what is kept of it. */
const limitQuantile = 0.99;

export type Calibration = Pick<
  BundleManifest,
  'channelWeights' | 'holdoutErrors' | 'holdoutChannels' | 'holdoutMedianError'
>;

/**
 * What a model's errors are like on its holdout: the weight of each channel, and the error that they give in the order of
 * time. `featureErrors` is count x scoredFeatures, as a runtime returns it, oldest first; count is at least 1.
 */
export function calibrate(
  layout: FeatureLayout,
  featureErrors: Float32Array,
  count: number,
  rule: ScoringRuleName = 'squared',
): Calibration {
  const errors = Array.from({ length: count }, (_, window) => {
    const ofWindow = new Float64Array(layout.scored.length);
    channelErrors(layout, featureErrors, window, ofWindow, rule);
    return ofWindow;
  });
  const holdoutChannels = layout.scored.map(({ definition }, channel) => {
    const ascending = ascendingOf(errors.map((of) => of[channel]!));
    const [median, q90, q99, max] = [0.5, 0.9, limitQuantile, 1].map((q) => quantileOf(ascending, q));
    return { channelId: definition.id, median: median!, q90: q90!, q99: q99!, max: max! };
  });
  const limits = holdoutChannels.map(({ q99 }) => q99);
  // Mahalanobis weighs channels by itself.
  const weights = rule === 'mahalanobis' ? limits.map(() => 1) : channelWeights(limits, rule);
  const holdoutErrors = errors.map((of) => reconstructionError(of, weights, rule).reconstructionError);
  return {
    channelWeights: weights,
    holdoutErrors: holdoutErrors.slice(-keptErrors),
    holdoutChannels,
    // A holdout reconstructed perfectly must not divide by 0.
    holdoutMedianError: Math.max(quantileOf(ascendingOf(holdoutErrors), 0.5), leastError(rule)),
  };
}
