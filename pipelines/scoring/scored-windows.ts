import type { WindowShape } from '../autoencoders/architecture.ts';
import type { FeatureWindows, ScoredWindows } from '../ports.ts';
import { mahalanobisErrors } from './mahalanobis.ts';
import { absoluteErrors, allocateStrideErrors, featureErrors, type FeatureErrors } from './residuals.ts';
import type { ScoringRule } from './scoring-rule.ts';

/**
 * What a runtime returns, from what a model gave: `reconstruction` is count x rows x scoredFeatures, of which the errors
 * are taken, over all rows and over each stride, and the newest `strideRows` kept; `latent` is count x code. `errorsOf` is errorsBy the bundle's rule.
 */
export function scoredWindows(
  shape: WindowShape,
  strideRows: number,
  windows: FeatureWindows,
  reconstruction: Float32Array,
  latent: Float32Array,
  errorsOf: FeatureErrors = featureErrors,
): ScoredWindows {
  const { rows, scoredFeatures } = shape;
  const kept = strideRows * scoredFeatures;
  const newest = new Float32Array(windows.count * kept);
  for (let window = 0; window < windows.count; window++) {
    const end = (window + 1) * rows * scoredFeatures;
    newest.set(reconstruction.subarray(end - kept, end), window * kept);
  }
  const byStride = allocateStrideErrors(shape, strideRows, windows.count);
  return {
    featureErrors: errorsOf(shape, windows, reconstruction, byStride),
    strideErrors: byStride.errors,
    latent,
    reconstruction: newest,
  };
}

/** How a rule takes errors of residuals; by default the squared one, whose errors an own rule of a model also are. */
export function errorsBy(scoring: ScoringRule = { rule: 'squared' }): FeatureErrors {
  if (scoring.rule === 'mahalanobis') return mahalanobisErrors(scoring);
  return scoring.rule === 'absolute' ? absoluteErrors : featureErrors;
}
