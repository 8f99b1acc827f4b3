import { ascendingOf } from '../scoring/order-statistics.ts';

/** How values were distributed, in few numbers: the share of them that lies at or below each of some values. */
export interface ValueDistribution {
  /** Ascending; the least value seen first and the greatest last. */
  readonly upTo: readonly number[];
  /** Of all values, the share at or below each; the last is 1. */
  readonly share: readonly number[];
}

/** Steps between the quantiles that a distribution is told by. */
const steps = 32;

/** The distribution of at least one value, at its quantiles; of few different values it is exact. */
export function distributionOf(values: readonly number[] | Float64Array): ValueDistribution {
  const ascending = Float64Array.from(values).sort();
  const last = ascending.length - 1;
  const upTo = [...new Set(Array.from({ length: steps + 1 }, (_, i) => ascending[Math.round((last * i) / steps)]!))];
  return { upTo, share: upTo.map((value) => countUpTo(ascending, value) / ascending.length) };
}

/**
 * The Kolmogorov-Smirnov distance of values from a distribution, as far as the distribution tells: the greatest difference of
 * the shares at or below one of its values, or below it; 0 to 1. (Kolmogorov 1933, at the quantiles only: of what lies between
 * two of them, it is known to be at most 1 / 32, so that this is as much below the distance of the values themselves at most.)
 */
export function distanceFrom({ upTo, share }: ValueDistribution, values: readonly number[] | Float64Array): number {
  const ascending = Float64Array.from(values).sort();
  const shareOf = (count: number): number => count / ascending.length;
  let distance = 0;
  upTo.forEach((value, index) => {
    const mostBelow = index === 0 ? 0 : share[index - 1]! + 1 / steps;
    const above = shareOf(countBelow(ascending, value)) - mostBelow;
    distance = Math.max(distance, above, Math.abs(shareOf(countUpTo(ascending, value)) - share[index]!));
  });
  return distance;
}

/**
 * The two-sample Kolmogorov-Smirnov distance (Smirnov 1948): D = sup_x |F_a(x) - F_b(x)| over the empirical distributions of
 * two samples, each of at least one value; 0 to 1.
 */
export function smirnovDistance(a: readonly number[], b: readonly number[]): number {
  const [first, second] = [ascendingOf(a), ascendingOf(b)];
  let [i, j, distance] = [0, 0, 0];
  while (i < first.length && j < second.length) {
    const value = Math.min(first[i]!, second[j]!);
    while (i < first.length && first[i] === value) i++;
    while (j < second.length && second[j] === value) j++;
    distance = Math.max(distance, Math.abs(i / first.length - j / second.length));
  }
  return distance;
}

/**
 * What the two-sample distance of independent samples of n and m values of one distribution exceeds with probability alpha,
 * about: sqrt(-ln(alpha / 2) / 2) sqrt((n + m) / (n m)) (Smirnov 1948, asymptotic).
 */
export function smirnovCritical(n: number, m: number, alpha: number): number {
  return Math.sqrt(-Math.log(alpha / 2) / 2) * Math.sqrt((n + m) / (n * m));
}

/** How many of ascending values are at or below one. */
function countUpTo(ascending: Float64Array, value: number): number {
  let low = 0;
  for (let high = ascending.length; low < high;) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** How many of ascending values are below one. */
function countBelow(ascending: Float64Array, value: number): number {
  const first = ascending.findIndex((other) => other >= value);
  return first < 0 ? ascending.length : first;
}
