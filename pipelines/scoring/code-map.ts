import { orthonormaliseRows } from '../autoencoders/orthonormal-rows.ts';
import { SeededRandom } from '../random.ts';

/** Far more than needed: what two directions of like variance make of each other is settled by the rotation at the end. */
const rounds = 200;

/** Where a code is drawn. */
export type MapPoint = readonly [x: number, y: number];

/**
 * A map of codes: their two leading principal components, by orthogonal iteration with the covariance (Golub and Van Loan, Matrix
 * Computations, section 8.2.4) and a rotation onto the axes within their plane. The same codes give the same map; an axis
 * points to where its greatest coordinate is positive. It needs no tensors: what draws a map has no backend for them.
 */
export class CodeMap {
  readonly #mean: Float64Array;
  readonly #axes: readonly [Float32Array, Float32Array];

  /** By at least one code, all with as many units, at least one. */
  constructor(codes: readonly ArrayLike<number>[]) {
    this.#mean = meanOf(codes);
    this.#axes = leadingAxes(codes.map((code) => this.#centred(code)));
  }

  /** In the codes' own unit, from the mean of those that the map was made of. */
  place(code: ArrayLike<number>): MapPoint {
    const centred = this.#centred(code);
    return [dot(this.#axes[0], centred), dot(this.#axes[1], centred)];
  }

  /** The share of the variance of codes, about the map's mean, that each axis shows; 0 where they do not vary. */
  explainedShares(codes: readonly ArrayLike<number>[]): readonly [number, number] {
    let [all, first, second] = [0, 0, 0];
    for (const code of codes) {
      const centred = this.#centred(code);
      all += dot(centred, centred);
      first += dot(this.#axes[0], centred) ** 2;
      second += dot(this.#axes[1], centred) ** 2;
    }
    return all > 0 ? [first / all, second / all] : [0, 0];
  }

  #centred(code: ArrayLike<number>): Float64Array {
    return this.#mean.map((mean, unit) => code[unit]! - mean);
  }
}

function meanOf(codes: readonly ArrayLike<number>[]): Float64Array {
  const mean = new Float64Array(codes[0]!.length);
  for (const code of codes) for (let unit = 0; unit < mean.length; unit++) mean[unit]! += code[unit]! / codes.length;
  return mean;
}

function leadingAxes(centred: readonly Float64Array[]): [Float32Array, Float32Array] {
  const units = centred[0]!.length;
  const random = SeededRandom.for(1, 'axes');
  const rows = Float32Array.from({ length: 2 * units }, () => random.normal());
  const [first, second] = [rows.subarray(0, units), rows.subarray(units)];
  orthonormaliseRows(rows, units);
  for (let round = 0; round < rounds; round++) {
    timesCovariance(first, centred);
    timesCovariance(second, centred);
    orthonormaliseRows(rows, units);
  }
  turnOntoAxes(first, second, centred);
  return [pointing(first), pointing(second)];
}

/** v <- X'X v, over its greatest coordinate. */
function timesCovariance(v: Float32Array, centred: readonly Float64Array[]): void {
  const product = new Float64Array(v.length);
  for (const code of centred) {
    const along = dot(v, code);
    for (let unit = 0; unit < v.length; unit++) product[unit]! += along * code[unit]!;
  }
  const scale = product.reduce((greatest, value) => Math.max(greatest, Math.abs(value)), 0) || 1;
  v.set(product.map((value) => value / scale));
}

/** Turns two orthonormal vectors in their plane until codes along them are uncorrelated, the first having more variance. */
function turnOntoAxes(first: Float32Array, second: Float32Array, centred: readonly Float64Array[]): void {
  let [xx, xy, yy] = [0, 0, 0];
  for (const code of centred) {
    const [x, y] = [dot(first, code), dot(second, code)];
    xx += x * x;
    xy += x * y;
    yy += y * y;
  }
  const angle = Math.atan2(2 * xy, xx - yy) / 2;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  for (let unit = 0; unit < first.length; unit++) {
    const [a, b] = [first[unit]!, second[unit]!];
    first[unit] = cos * a + sin * b;
    second[unit] = cos * b - sin * a;
  }
}

/** The vector or its opposite: that whose greatest coordinate is positive. */
function pointing(v: Float32Array): Float32Array {
  const greatest = v.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
  return greatest < 0 ? v.map((value) => -value) : v;
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
