import type { TimeRange } from '../ports.ts';
import { ascendingOf, quantileOf } from '../scoring/order-statistics.ts';
import { meeting, union } from './time-ranges.ts';
import type { TrainingWindow } from './training-windows.ts';

/** What counts as contamination: training telemetry that nobody judged, and that is not normal all the same. */
export interface ContaminationGuard {
  /** Robust standard deviations of the logarithm of errors, above their median, beyond which a window stands apart. */
  readonly deviations: number;
  /**
   * Share of all windows that contamination takes at most. Where more would have to go, what stands apart is another way of
   * being normal, and none goes.
   */
  readonly mostShare: number;
}

/** What is asked for where nothing else is: decision 31 has what it costs and saves; a quarter is what the screen withstands. */
export const usualGuard: ContaminationGuard = { deviations: 5, mostShare: 0.25 };

/** Errors below this share of their median are as good as none. */
const leastShare = 1e-6;
/** From the median absolute deviation to the standard deviation of a normal distribution: 1 / Phi^-1(3/4). */
const madToDeviation = 1.4826;
/** The least robust standard deviation: of errors that are all but equal, one half greater does not stand apart. */
const leastDeviation = 0.1;

/**
 * Which errors stand apart from the bulk, as indexes: z = (ln e - median) / (1.4826 MAD) > deviations (the modified z-score of
 * Iglewicz and Hoaglin 1993, of logarithms, since errors are skewed to the right).
 */
export function standingApart(errors: readonly number[], deviations: number): number[] {
  if (errors.length === 0) return [];
  const least = Math.max(leastShare * quantileOf(ascendingOf(errors), 0.5), Number.MIN_VALUE);
  const logarithms = errors.map((error) => Math.log(Math.max(error, least)));
  const median = quantileOf(ascendingOf(logarithms), 0.5);
  const mad = quantileOf(ascendingOf(logarithms.map((value) => Math.abs(value - median))), 0.5);
  const limit = median + deviations * Math.max(madToDeviation * mad, leastDeviation);
  return logarithms.flatMap((value, index) => (value > limit ? [index] : []));
}

/**
 * The times that windows with these errors are contaminated at: the middles of those that stand apart, which every window
 * holds that shares half of its rows with one of them. None where that is more than `mostShare` of all windows.
 */
export function contaminatedTimes(
  windows: readonly Pick<TrainingWindow, 'startMs' | 'endMs'>[],
  errors: readonly number[],
  { deviations, mostShare }: ContaminationGuard,
): TimeRange[] {
  const middles = union(standingApart(errors, deviations).map((index) => middleOf(windows[index]!)));
  const isContaminated = meeting(middles);
  const lost = windows.filter(({ startMs, endMs }) => isContaminated(startMs, endMs)).length;
  return lost > mostShare * windows.length ? [] : middles;
}

function middleOf({ startMs, endMs }: Pick<TrainingWindow, 'startMs' | 'endMs'>): TimeRange {
  const fromMs = Math.floor((startMs + endMs) / 2);
  return { fromMs, toMs: fromMs + 1 };
}
