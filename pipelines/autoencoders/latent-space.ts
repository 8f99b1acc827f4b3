import type { SeededRandom } from '../random.ts';

/** Draws from the standard normal distribution that codes of a variational autoencoder are near: [count, units], row-major. */
export function normalCodes(count: number, units: number, random: SeededRandom): Float32Array {
  return Float32Array.from({ length: count * units }, () => random.normal());
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
