import type { TimeRange } from '../ports.ts';
import { ascendingOf, quantileOf } from '../scoring/order-statistics.ts';

/** What counts as contamination: training telemetry that nobody judged, and that is not normal all the same. */
export interface ContaminationGuard {
  /** Robust standard deviations of the logarithm of errors, above their median, beyond which a window stands apart. */
  readonly deviations: number;
  /** Share of all windows that are taken for contaminated at most, the worst first. */
  readonly mostShare: number;
}

/** Errors below this share of their median are as good as none. */
const leastShare = 1e-6;
/** From the median absolute deviation to the standard deviation of a normal distribution: 1 / Phi^-1(3/4). */
const madToDeviation = 1.4826;
/** The least robust standard deviation: of errors that are all but equal, one half greater does not stand apart. */
const leastDeviation = 0.1;

/**
 * Which windows' errors stand apart from the bulk, as indexes, ascending: z = (ln e - median) / (1.4826 MAD) > deviations
 * (the modified z-score of Iglewicz and Hoaglin 1993, of logarithms, since errors are skewed to the right), the `mostShare`
 * worst at most.
 */
export function standingApart(errors: readonly number[], { deviations, mostShare }: ContaminationGuard): number[] {
  if (errors.length === 0) return [];
  const least = Math.max(leastShare * quantileOf(ascendingOf(errors), 0.5), Number.MIN_VALUE);
  const logarithms = errors.map((error) => Math.log(Math.max(error, least)));
  const median = quantileOf(ascendingOf(logarithms), 0.5);
  const mad = quantileOf(ascendingOf(logarithms.map((value) => Math.abs(value - median))), 0.5);
  const limit = median + deviations * Math.max(madToDeviation * mad, leastDeviation);
  return logarithms
    .map((value, index) => ({ value, index }))
    .filter(({ value }) => value > limit)
    .sort((a, b) => b.value - a.value)
    .slice(0, Math.floor(mostShare * errors.length))
    .map(({ index }) => index)
    .sort((a, b) => a - b);
}

/** The middle millisecond of a window: windows that hold it share at least half of their rows with it. */
export function middleOf({ startMs, endMs }: { readonly startMs: number; readonly endMs: number }): TimeRange {
  const fromMs = Math.floor((startMs + endMs) / 2);
  return { fromMs, toMs: fromMs + 1 };
}
