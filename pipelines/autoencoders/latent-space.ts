import type { SeededRandom } from '../random.ts';
import { factorise } from './rivals/cholesky.ts';

/** Draws from the standard normal distribution that codes of a variational autoencoder are near: [count, units], row-major. */
export function normalCodes(count: number, units: number, random: SeededRandom): Float32Array {
  return Float32Array.from({ length: count * units }, () => random.normal());
}

/** How some codes are spread, as one normal distribution. */
export interface CodeSpread {
  readonly mean: Float64Array;
  /** Of units x units, row-major: L of the covariance L L', its lower triangle. */
  readonly factor: Float64Array;
}

/** What is added to variances, so that a unit at rest has one. */
const leastVariance = 1e-9;

/**
 * The normal distribution with mean and covariance of codes ([windows, units], row-major), those of distributions with their
 * own variances in it: the density that is fitted to codes once training is over (Ghosh et al., From Variational to Deterministic
 * Autoencoders, 2020), for codes keep to a prior only about.
 */
export function spreadOfCodes(codes: Float32Array, logVariance: Float32Array | null, units: number): CodeSpread {
  const windows = codes.length / units;
  const mean = new Float64Array(units);
  codes.forEach((value, at) => (mean[at % units]! += value / windows));
  const factor = new Float64Array(units * units);
  for (let from = 0; from < codes.length; from += units)
    for (let row = 0; row < units; row++) {
      const apart = codes[from + row]! - mean[row]!;
      for (let column = 0; column <= row; column++)
        factor[row * units + column]! += (apart * (codes[from + column]! - mean[column]!)) / windows;
      factor[row * units + row]! += (logVariance ? Math.exp(logVariance[from + row]!) : 0) / windows;
    }
  for (let unit = 0; unit < units; unit++) factor[unit * units + unit]! += leastVariance;
  factorise(factor, units);
  return { mean, factor };
}

/** Draws from a spread: [count, units], row-major. */
export function spreadCodes(count: number, { mean, factor }: CodeSpread, random: SeededRandom): Float32Array {
  const units = mean.length;
  const codes = new Float32Array(count * units);
  for (let from = 0; from < codes.length; from += units) {
    const normals = Float64Array.from(mean, () => random.normal());
    for (let row = 0; row < units; row++) {
      let value = mean[row]!;
      for (let column = 0; column <= row; column++) value += factor[row * units + column]! * normals[column]!;
      codes[from + row] = value;
    }
  }
  return codes;
}

/** Codes on the line from one to another, both included: [steps, units], row-major. `steps` is at least 2. */
export function interpolatedCodes(from: Float32Array, to: Float32Array, steps: number): Float32Array {
  const codes = new Float32Array(steps * from.length);
  for (let step = 0, at = 0; step < steps; step++) {
    const share = step / (steps - 1);
    for (let unit = 0; unit < from.length; unit++, at++) codes[at] = (1 - share) * from[unit]! + share * to[unit]!;
  }
  return codes;
}

/** A code with one of its units at each of some values in turn, all others as they are: [values, units], row-major. */
export function traversedCodes(code: Float32Array, unit: number, values: readonly number[]): Float32Array {
  const codes = new Float32Array(values.length * code.length);
  values.forEach((value, index) => {
    codes.set(code, index * code.length);
    codes[index * code.length + unit] = value;
  });
  return codes;
}

/**
 * KL(q || N(0, 1)) of each latent unit in nats, mean over windows: (exp(logVariance) + mean^2 - 1 - logVariance) / 2 (Kingma and
 * Welling, Auto-Encoding Variational Bayes, 2014, appendix B). About 0 for a unit that tells nothing of the window.
 *
 * `mean` and `logVariance` are [windows, units], row-major.
 */
export function divergencePerUnit(mean: Float32Array, logVariance: Float32Array, units: number): Float64Array {
  const divergences = new Float64Array(units);
  const windows = mean.length / units;
  for (let at = 0; at < mean.length; at++) {
    const ofCode = Math.exp(logVariance[at]!) + mean[at]! ** 2 - 1 - logVariance[at]!;
    divergences[at % units]! += ofCode / 2 / windows;
  }
  return divergences;
}
