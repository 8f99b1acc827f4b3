/** Kept of a holdout's codes: windows at most, and numbers in all. */
const mostWindows = 128;
const mostNumbers = 16_384;
/** Of a number in a code: more would say nothing of the window. */
const digits = 6;
/** The least spread of a latent unit, as a share of the mean over units: a unit at rest is not magnified beyond 1 / floorShare. */
const floorShare = 0.05;

/** A code as plain numbers, for records that are JSON. */
export function plainCode(latent: ArrayLike<number>): number[] {
  return Array.from(latent, (value) => Number(value.toPrecision(digits)));
}

/**
 * The codes that a bundle keeps of its holdout, evenly over it, oldest first; none where the model has no code. `latent` is
 * windows x units, row-major.
 */
export function keptCodes(latent: Float32Array, windows: number): number[][] {
  const units = latent.length / windows;
  if (units === 0) return [];
  const count = Math.min(windows, mostWindows, Math.max(1, Math.floor(mostNumbers / units)));
  return Array.from({ length: count }, (_, index) => {
    const window = Math.floor((index * windows) / count);
    return plainCode(latent.subarray(window * units, (window + 1) * units));
  });
}

/**
 * Codes of normal windows, against which others are read. What is usual for a code depends on what the craft does just then (where
 * in its orbit it is, say), so a code is taken by how it departs from the nearest normal one, in each unit's own
 * standard deviations.
 */
export class NormalCodes {
  readonly #spread: Float64Array;
  readonly #codes: readonly Float64Array[];

  /** At least one, all with as many units. */
  constructor(codes: readonly (readonly number[])[]) {
    this.#spread = spreadOf(codes);
    this.#codes = codes.map((code) => this.#inDeviations(code));
  }

  /** The code less the nearest normal one, in standard deviations. */
  departure(code: readonly number[]): Float64Array {
    const own = this.#inDeviations(code);
    let [nearest, least] = [this.#codes[0]!, Infinity];
    for (const normal of this.#codes) {
      const distance = distanceOf(own, normal);
      if (distance < least) [nearest, least] = [normal, distance];
    }
    return own.map((value, unit) => value - nearest[unit]!);
  }

  #inDeviations(code: readonly number[]): Float64Array {
    return Float64Array.from(code, (value, unit) => value / this.#spread[unit]!);
  }
}

/** Euclidean. */
export function distanceOf(one: Float64Array, other: Float64Array): number {
  return Math.sqrt(one.reduce((sum, value, index) => sum + (value - other[index]!) ** 2, 0));
}

/** Standard deviation of each unit, held to a floor. */
function spreadOf(codes: readonly (readonly number[])[]): Float64Array {
  const deviations = Float64Array.from(codes[0]!, (_, unit) => {
    const values = codes.map((code) => code[unit]!);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  });
  const floor = (floorShare * deviations.reduce((sum, value) => sum + value, 0)) / deviations.length;
  return deviations.map((deviation) => Math.max(deviation, floor) || 1);
}
