/** Rows that are looked at. */
const mostRows = 20_000;
/** Shorter and longer lags are no periods. */
const shortestLag = 3;
const longestLag = 400;
/** Peaks at the very start of what is searched, or far out, are not believed. */
const leastPeak = 3;
const mostPeak = 300;
/** What a series without a period is given. */
const noPeriod = 125;

/**
 * The period of a series in rows: the lag of the highest local maximum of its autocorrelation, lags 3 to 400, over its
 * first 20,000 rows; 125 where there is none, or where it lies before lag 6 or after lag 303.
 *
 *   r(k) = sum over t of (x_t - mean) (x_(t+k) - mean) / sum over t of (x_t - mean)^2
 *
 * Source: TSB-AD 1.5, `find_length_rank(data, rank=1)`, which gives the sliding window of VUS-PR.
 */
export function periodLength(values: ArrayLike<number>): number {
  const correlation = autocorrelation(Float64Array.from(values).subarray(0, mostRows));
  let highest = -1;
  for (let i = 1; i + 1 < correlation.length; i++) {
    const isPeak = correlation[i]! > correlation[i - 1]! && correlation[i]! > correlation[i + 1]!;
    if (isPeak && (highest === -1 || correlation[i]! > correlation[highest]!)) highest = i;
  }
  return highest < leastPeak || highest > mostPeak ? noPeriod : highest + shortestLag;
}

/** r(3) to r(400), as far as the series reaches; NaN or ever falling, hence without a peak, for a constant one. */
function autocorrelation(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = values.map((value) => value - mean);
  const variance = covariance(deviation, 0);
  const lags = Math.max(0, Math.min(longestLag + 1, values.length) - shortestLag);
  return Float64Array.from({ length: lags }, (_, i) => covariance(deviation, i + shortestLag) / variance);
}

function covariance(deviation: Float64Array, lag: number): number {
  let sum = 0;
  for (let row = lag; row < deviation.length; row++) sum += deviation[row]! * deviation[row - lag]!;
  return sum;
}
