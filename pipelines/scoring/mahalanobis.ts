import { solvePositiveDefinite } from '../autoencoders/rivals/cholesky.ts';
import type { FeatureWindows } from '../ports.ts';
import { inverseSquareRoot } from './inverse-square-root.ts';
import { leastLimits } from './reconstruction-error.ts';
import { wholeStrides, type FeatureErrors, type ResidualShape } from './residuals.ts';
import { scoringInvalid, type Mahalanobis } from './scoring-rule.ts';

/**
 * Fits the distribution of a model's residuals r over time steps (EncDec-AD: Malhotra et al., LSTM-based Encoder-Decoder for
 * Multi-sensor Anomaly Detection, 2016; LSTM-AD, 2015): mean m, standard deviations s, and the correlation matrix R of
 * y = (r - m) / s, shrunk towards the identity,
 *
 * R* = (1 - a) R + a I, a = max(leastShrinkage, min(1, sum_ij Var(r_ij) / sum_ij r_ij^2)) over i != j
 *
 * (Ledoit and Wolf, A well-conditioned estimator for large-dimensional covariance matrices, 2004, of correlations as Schaefer and
 * Strimmer 2005 have it, so that no channel's unit matters; Var(r_ij) = sum_t (y_ti y_tj - r_ij)^2 / n^2). That is for steps that
 * are independent, which telemetry's are not: hence the least. Cells that do not count are taken to be at the mean. A column that
 * is rebuilt almost perfectly is not magnified without bound: its variance has the floor that limits of channels have.
 *
 * `windows` should not overlap; `reconstruction` is count x rows x scoredFeatures.
 * Errors: CUPOLA_SCORING_INVALID for residuals that are not finite, or whose R* is singular.
 */
export function fitMahalanobis(
  shape: ResidualShape,
  windows: FeatureWindows,
  reconstruction: Float32Array,
  leastShrinkage: number,
): Mahalanobis {
  const { scoredFeatures: k } = shape;
  const { center, variance } = moments(shape, windows, reconstruction);
  const { floor } = leastLimits(variance);
  const scale = variance.map((of) => Math.sqrt(Math.max(of, floor)));
  const { correlation, products, steps } = correlations(shape, windows, reconstruction, { center, scale });
  const shrinkage = Math.max(leastShrinkage, ledoitWolf(correlation, k, products, steps));
  const shrunk = correlation.map((value, at) => (1 - shrinkage) * value + (at % (k + 1) === 0 ? shrinkage : 0));
  const whitening = inverseSquareRoot(shrunk, k);
  if (!whitening)
    throw scoringInvalid('shrinkage', shrinkage, 'greater: the correlation matrix of the residuals is singular');
  return { rule: 'mahalanobis', shrinkage, center, scale, whitening: [...whitening] };
}

/**
 * The share of each scored column in a window's mean squared Mahalanobis distance, count x scoredFeatures: with P the inverse of
 * R*, y' P y = |z|^2 for z = R*^(-1/2) y, whose square z_j^2 is the part of column j: the contributions to a quadratic form of
 * Garthwaite and Koch (Evaluating the contributions of individual variables to a quadratic form, 2016). What is missing of a time
 * step is put at its expectation given the rest, y_m = -P_mm^-1 P_mo y_o, which leaves the distance of the rest, and has no part.
 *
 * Sums run over the time steps and are divided by the number of cells that count: a window's columns add up to about 1 where
 * its residuals are like those that were fitted on. A window's errors depend on that window alone.
 */
export function mahalanobisErrors(fitted: Mahalanobis): FeatureErrors {
  const { center, scale } = fitted;
  const k = center.length;
  const whitening = Float64Array.from(fitted.whitening);
  const fill = missingFill(whitening, k);
  const [y, z] = [new Float64Array(k), new Float64Array(k)];
  /** Adds the shares of some time steps; returns how many of their cells count. `ofRows` takes the errors of each, if it has room. */
  const addSteps = (
    from: number,
    to: number,
    { features, seen, weights, rebuilt, ofRows }: Cells,
    sums: Float64Array,
  ): number => {
    let counted = 0;
    for (let step = from; step < to; step++) {
      const weight = weights.subarray(step * k, (step + 1) * k);
      let known = 0;
      for (let j = 0; j < k; j++) {
        const residual = seen[step * features + j]! - rebuilt[step * k + j]!;
        y[j] = weight[j] === 0 ? 0 : (residual - center[j]!) / scale[j]!;
        known += weight[j]!;
      }
      // Of a step of which nothing is known the shares are 0, and the errors 0 / 0.
      if (known > 0 && known < k) fill(y, weight);
      multiply(whitening, y, z);
      toShares(z, weight);
      for (let j = 0; j < k; j++) sums[j]! += z[j]!;
      if (ofRows.length > 0) for (let j = 0; j < k; j++) ofRows[step * k + j] = z[j]! / known;
      counted += known;
    }
    return counted;
  };
  return ({ rows, features }, windows, rebuilt, ofParts) => {
    const { strideRows = rows, strides: ofStrides = null, rows: ofRows = new Float32Array(0) } = ofParts ?? {};
    const cells: Cells = { features, seen: windows.features, weights: windows.weight, rebuilt, ofRows };
    const errors = new Float32Array(windows.count * k);
    const strides = wholeStrides(rows, strideRows);
    const [sums, ofStride] = [new Float64Array(k), new Float64Array(k)];
    for (let window = 0; window < windows.count; window++) {
      let from = window * rows;
      let to = from + rows - strides * strideRows;
      let counted = addSteps(from, to, cells, sums.fill(0));
      for (let stride = 0; stride < strides; stride++) {
        [from, to] = [to, to + strideRows];
        const countedInStride = addSteps(from, to, cells, ofStride.fill(0));
        counted += countedInStride;
        for (let j = 0; j < k; j++) {
          sums[j]! += ofStride[j]!;
          if (ofStrides) ofStrides[(window * strides + stride) * k + j] = ofStride[j]! / countedInStride;
        }
      }
      if (counted > 0) for (let j = 0; j < k; j++) errors[window * k + j] = sums[j]! / counted;
    }
    return errors;
  };
}

interface Cells {
  readonly features: number;
  readonly seen: Float32Array;
  readonly weights: Uint8Array;
  readonly rebuilt: Float32Array;
  /** Errors of the steps, as PartErrors has them. */
  readonly ofRows: Float32Array;
}

/** Turns z_j into z_j^2, of the columns that were seen and scaled so that they have all of the sum; 0 for the rest. */
function toShares(z: Float64Array, weight: Uint8Array): void {
  let [all, seen] = [0, 0];
  for (let j = 0; j < z.length; j++) {
    const part = z[j]! * z[j]!;
    all += part;
    if (weight[j] !== 0) seen += part;
  }
  for (let j = 0; j < z.length; j++) z[j] = weight[j] === 0 || seen === 0 ? 0 : (z[j]! * z[j]! * all) / seen;
}

/** Puts the missing cells of a step at their expectation. Steps of which the same cells are missing share the work. */
function missingFill(whitening: Float64Array, k: number): (y: Float64Array, weight: Uint8Array) => void {
  const precision = new Float64Array(k * k);
  for (let i = 0; i < k; i++) multiply(whitening, whitening.subarray(i * k, (i + 1) * k), precision.subarray(i * k));
  let known: { readonly pattern: string; readonly missing: readonly number[]; readonly inverse: Float64Array } | null =
    null;
  return (y, weight) => {
    const pattern = weight.join('');
    if (known?.pattern !== pattern) {
      const missing = [...y.keys()].filter((j) => weight[j] === 0);
      const size = missing.length;
      const block = Float64Array.from(
        { length: size * size },
        (_, at) => precision[missing[Math.floor(at / size)]! * k + missing[at % size]!]!,
      );
      const inverse = Float64Array.from({ length: size * size }, (_, at) => (at % (size + 1) === 0 ? 1 : 0));
      solvePositiveDefinite(block, inverse, size);
      known = { pattern, missing, inverse };
    }
    const { missing, inverse } = known;
    const pull = missing.map((m) => y.reduce((sum, value, j) => sum + precision[m * k + j]! * value, 0));
    missing.forEach((m, row) => {
      y[m] = -pull.reduce((sum, value, column) => sum + inverse[row * missing.length + column]! * value, 0);
    });
  };
}

/** A x of a symmetric matrix; `into` may be longer. */
function multiply(matrix: Float64Array, x: Float64Array, into: Float64Array): void {
  const size = x.length;
  for (let i = 0, at = 0; i < size; i++) {
    let sum = 0;
    for (let j = 0; j < size; j++, at++) sum += matrix[at]! * x[j]!;
    into[i] = sum;
  }
}

/** Mean and variance of each column's residuals over the cells that count; 0 where none does. */
function moments(
  { rows, features, scoredFeatures: k }: ResidualShape,
  { count, features: seen, weight }: FeatureWindows,
  reconstruction: Float32Array,
): { center: number[]; variance: number[] } {
  const center: number[] = [];
  const variance: number[] = [];
  for (let column = 0; column < k; column++) {
    let [n, mean, squares] = [0, 0, 0];
    for (let step = 0; step < count * rows; step++) {
      if (weight[step * k + column] === 0) continue;
      const residual = seen[step * features + column]! - reconstruction[step * k + column]!;
      // Welford (1962): one pass that does not cancel.
      const distance = residual - mean;
      mean += distance / ++n;
      squares += distance * (residual - mean);
    }
    if (!Number.isFinite(squares))
      throw scoringInvalid('residuals', null, `finite numbers, also those of feature ${column}`);
    center.push(mean);
    variance.push(n > 0 ? squares / n : 0);
  }
  return { center, variance };
}

/** R, the sum of (y_ti y_tj)^2 over steps and i != j, and the time steps of which something counts. */
function correlations(
  { rows, features, scoredFeatures: k }: ResidualShape,
  { count, features: seen, weight }: FeatureWindows,
  reconstruction: Float32Array,
  { center, scale }: Pick<Mahalanobis, 'center' | 'scale'>,
): { correlation: Float64Array; products: number; steps: number } {
  const correlation = new Float64Array(k * k);
  const y = new Float64Array(k);
  let [products, steps] = [0, 0];
  for (let step = 0; step < count * rows; step++) {
    let [squares, fourths, counted] = [0, 0, 0];
    for (let j = 0; j < k; j++) {
      const residual = seen[step * features + j]! - reconstruction[step * k + j]!;
      y[j] = (weight[step * k + j]! * (residual - center[j]!)) / scale[j]!;
      squares += y[j]! ** 2;
      fourths += y[j]! ** 4;
      counted += weight[step * k + j]!;
    }
    if (counted === 0) continue;
    steps++;
    products += squares * squares - fourths;
    for (let i = 0, at = 0; i < k; i++) for (let j = 0; j < k; j++, at++) correlation[at]! += y[i]! * y[j]!;
  }
  const isOn = (at: number): boolean => at % (k + 1) === 0;
  // 1 on the diagonal also of columns that hardly move, or are often missing.
  return { correlation: correlation.map((sum, at) => (isOn(at) ? 1 : sum / Math.max(steps, 1))), products, steps };
}

/** The estimate of the best shrinkage; 1 where there is nothing to go by, 0 where R is the identity by itself. */
function ledoitWolf(correlation: Float64Array, k: number, products: number, steps: number): number {
  if (steps === 0) return 1;
  const distance = correlation.reduce((sum, value, at) => (at % (k + 1) === 0 ? sum : sum + value * value), 0);
  const error = (products - steps * distance) / (steps * steps);
  return distance > 0 ? Math.min(1, Math.max(0, error / distance)) : 0;
}
