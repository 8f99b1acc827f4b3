import { excessAt, exceedance, fitGeneralisedPareto, type GeneralisedPareto } from './generalised-pareto.ts';
import { ascendingOf, quantileOf } from './order-statistics.ts';

/** Fewest scores that a tail is fitted on, where there are so many. */
const fewestPeaks = 20;

/**
 * How often a score is exceeded: as often as in the sample up to `start`, and by a generalised Pareto tail beyond (Pickands
 * 1975; Balkema and de Haan 1974), which reaches where the sample does not.
 */
export interface ScoreTail {
  readonly ascending: Float64Array;
  readonly start: number;
  /** Share of the sample above `start`. */
  readonly share: number;
  readonly excesses: GeneralisedPareto;
}

/** Fits the greatest `share` of at least two scores, or twenty of them where that is more. */
export function scoreTail(scores: readonly number[], share: number): ScoreTail {
  const ascending = ascendingOf(scores);
  const { length } = ascending;
  const peaks = Math.min(length - 1, Math.max(Math.ceil(share * length), fewestPeaks));
  const start = ascending[length - peaks - 1]!;
  const excesses = fitGeneralisedPareto(ascending.subarray(length - peaks).map((score) => score - start));
  return { ascending, start, share: peaks / length, excesses };
}

/** Share of windows whose score exceeds this one. */
export function tailExceedance({ ascending, start, share, excesses }: ScoreTail, score: number): number {
  if (score >= start) return share * exceedance(excesses, score - start);
  return 1 - ascending.findIndex((one) => one > score) / ascending.length;
}

/** The score that a share of windows, greater than 0, exceeds. */
export function tailLevel({ ascending, start, share, excesses }: ScoreTail, p: number): number {
  if (p < share) return start + excessAt(excesses, p / share);
  return quantileOf(ascending, Math.max(0, 1 - p));
}
