import type { WindowShape } from '../autoencoders/architecture.ts';
import type { BundleManifest } from '../autoencoders/bundle.ts';
import { featureLayout } from '../features/feature-layout.ts';
import type { FeatureWindows, ScoredWindows } from '../ports.ts';
import { mahalanobisErrors } from './mahalanobis.ts';
import { errorsOfParts } from './reconstruction-error.ts';
import { absoluteErrors, allocatePartErrors, featureErrors, type FeatureErrors } from './residuals.ts';

/** How residuals become errors under a bundle: by its scoring rule, and its weights of channels. */
export interface ErrorMeasure {
  readonly strideRows: number;
  readonly errorsOf: FeatureErrors;
  /** Makes one error of those of the columns: parts x scoredFeatures to parts. */
  readonly overChannels: (partErrors: Float32Array) => Float32Array;
}

/** By default of squared residuals, as is every rule that lies within a model. */
export function errorMeasure({
  definition,
  channelWeights,
  scoring = { rule: 'squared' },
}: Pick<BundleManifest, 'definition' | 'channelWeights' | 'scoring'>): ErrorMeasure {
  const layout = featureLayout(definition);
  const residualErrors = scoring.rule === 'absolute' ? absoluteErrors : featureErrors;
  return {
    strideRows: layout.strideRows,
    errorsOf: scoring.rule === 'mahalanobis' ? mahalanobisErrors(scoring) : residualErrors,
    overChannels: (partErrors) => errorsOfParts(layout, partErrors, channelWeights, scoring.rule),
  };
}

/**
 * What a runtime returns, from what a model gave: `reconstruction` is count x rows x scoredFeatures, of which the errors
 * are taken, over all rows, each stride and each row, and the newest stride kept; `latent` is count x code.
 */
export function scoredWindows(
  shape: WindowShape,
  { strideRows, errorsOf, overChannels }: ErrorMeasure,
  windows: FeatureWindows,
  reconstruction: Float32Array,
  latent: Float32Array,
): ScoredWindows {
  const { rows, scoredFeatures } = shape;
  const kept = strideRows * scoredFeatures;
  const newest = new Float32Array(windows.count * kept);
  for (let window = 0; window < windows.count; window++) {
    const end = (window + 1) * rows * scoredFeatures;
    newest.set(reconstruction.subarray(end - kept, end), window * kept);
  }
  const ofParts = allocatePartErrors(shape, strideRows, windows.count);
  return {
    featureErrors: errorsOf(shape, windows, reconstruction, ofParts),
    strideErrors: ofParts.strides,
    rowErrors: overChannels(ofParts.rows),
    latent,
    reconstruction: newest,
  };
}
