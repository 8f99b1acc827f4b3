import type { FeatureWindows } from '../ports.ts';

/**
 * Errors of windows by scored feature column, count x scoredFeatures. `reconstruction` is count x rows x scoredFeatures. A window's
 * errors depend on that window alone, whatever batch it stands in; every runtime uses these functions.
 */
export type FeatureErrors = (
  shape: ResidualShape,
  windows: FeatureWindows,
  reconstruction: Float32Array,
) => Float32Array;

/** The part of a model's WindowShape that residuals need. */
export interface ResidualShape {
  readonly rows: number;
  readonly features: number;
  readonly scoredFeatures: number;
}

/**
 * Mean squared residual of every scored feature column over the cells that count, in scaled units squared:
 * count x scoredFeatures, 0 for a column of which no cell counts. Sums run row by row in float64.
 */
export function featureErrors(
  { rows, features, scoredFeatures }: ResidualShape,
  windows: FeatureWindows,
  reconstruction: Float32Array,
): Float32Array {
  const errors = new Float32Array(windows.count * scoredFeatures);
  const { features: seen, weight } = windows;
  for (let window = 0, error = 0; window < windows.count; window++)
    // Column by column keeps both sums in registers: nearly twice as fast as row by row.
    for (let column = 0; column < scoredFeatures; column++, error++) {
      let sum = 0;
      let counted = 0;
      let feature = window * rows * features + column;
      let cell = window * rows * scoredFeatures + column;
      for (let row = 0; row < rows; row++, feature += features, cell += scoredFeatures) {
        const residual = seen[feature]! - reconstruction[cell]!;
        sum += weight[cell]! * residual * residual;
        counted += weight[cell]!;
      }
      errors[error] = sum / Math.max(counted, 1);
    }
  return errors;
}

/** As featureErrors, of the absolute residual, in scaled units. */
export const absoluteErrors: FeatureErrors = ({ rows, features, scoredFeatures }, windows, reconstruction) => {
  const errors = new Float32Array(windows.count * scoredFeatures);
  const { features: seen, weight } = windows;
  for (let window = 0, error = 0; window < windows.count; window++)
    for (let column = 0; column < scoredFeatures; column++, error++) {
      let sum = 0;
      let counted = 0;
      for (let row = window * rows; row < (window + 1) * rows; row++) {
        const cell = row * scoredFeatures + column;
        sum += weight[cell]! * Math.abs(seen[row * features + column]! - reconstruction[cell]!);
        counted += weight[cell]!;
      }
      errors[error] = sum / Math.max(counted, 1);
    }
  return errors;
};
