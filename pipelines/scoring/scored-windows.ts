import type { WindowShape } from '../autoencoders/architecture.ts';
import type { FeatureWindows, ScoredWindows } from '../ports.ts';
import { featureErrors } from './residuals.ts';

/**
 * What a runtime returns, from what a model gave: `reconstruction` is count x rows x scoredFeatures, of which the errors
 * are taken over all rows and the newest `strideRows` kept; `latent` is count x code.
 */
export function scoredWindows(
  shape: WindowShape,
  strideRows: number,
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
  return { featureErrors: featureErrors(shape, windows, reconstruction), latent, reconstruction: newest };
}
