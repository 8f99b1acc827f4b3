import type { HistorySeries } from '../../pipelines/ports.ts';
import type { BinGrid, BinnedSeries } from './api.ts';

/** Bins of whole intervals on multiples of their own width since the epoch, so that a moving range does not flicker. */
export function binGrid(fromMs: number, toMs: number, binMs: number): BinGrid {
  const first = Math.floor(fromMs / binMs);
  return { fromMs: first * binMs, binMs, bins: Math.ceil(toMs / binMs) - first };
}

/** The narrowest bin of whole intervals that covers a range with at most `points` bins. */
export function binWidthMs(rangeMs: number, points: number, intervalMs: number): number {
  return Math.max(1, Math.ceil(rangeMs / points / intervalMs)) * intervalMs;
}

/** Lowest and highest value a bin, as columns; NaN where there is none. */
export interface Bins {
  readonly grid: BinGrid;
  readonly min: Float64Array;
  readonly max: Float64Array;
}

/**
 * Sorts a series' points into bins. A point stands for [time, time + coversMs): it is put into every bin that starts in
 * there, and at least into the one it falls in.
 */
export function sortIntoBins(series: HistorySeries, grid: BinGrid, coversMs = 0): Bins {
  const min = new Float64Array(grid.bins).fill(NaN);
  const max = new Float64Array(grid.bins).fill(NaN);
  const covered = Math.max(1, Math.ceil(coversMs / grid.binMs));
  for (let i = 0; i < series.timeMs.length; i++) {
    const first = Math.floor((series.timeMs[i]! - grid.fromMs) / grid.binMs);
    for (let bin = Math.max(first, 0); bin < Math.min(first + covered, grid.bins); bin++) {
      if (!(min[bin]! <= series.min[i]!)) min[bin] = series.min[i]!;
      if (!(max[bin]! >= series.max[i]!)) max[bin] = series.max[i]!;
    }
  }
  return { grid, min, max };
}

/** Fills empty bins with the last that has values, for `staleAfterMs` after it and before `untilMs`; changes its argument. */
export function carryForward({ grid, min, max }: Bins, staleAfterMs: number, untilMs: number): void {
  const most = Math.floor(staleAfterMs / grid.binMs);
  const end = Math.min(grid.bins, Math.ceil((untilMs - grid.fromMs) / grid.binMs));
  let last = -Infinity;
  for (let bin = 0; bin < end; bin++) {
    if (!Number.isNaN(min[bin]!)) last = bin;
    else if (bin - last <= most) {
      min[bin] = min[last]!;
      max[bin] = max[last]!;
    }
  }
}

/** The bins from index `from` on, as the API gives them. */
export function binnedSeries({ min, max }: Bins, from = 0): BinnedSeries {
  return { min: column(min.subarray(from)), max: column(max.subarray(from)) };
}

/** Seven significant digits are more than a chart shows and half of what a double prints. */
function column(values: Float64Array): (number | null)[] {
  return Array.from(values, (value) => (Number.isNaN(value) ? null : Number(value.toPrecision(7))));
}
