import type { BinGrid, BinnedSeries } from '../../../services/console/api.ts';

/** What a series shows at one place. */
export interface Reading {
  readonly atMs: number;
  readonly min: number;
  readonly max: number;
}

/** A series under the cursor, or its newest value where there is no cursor; null where it has none. */
export function reading(grid: BinGrid, { min, max }: BinnedSeries, cursorMs: number | null): Reading | null {
  const newest = min.findLastIndex((value) => value !== null);
  const bin = cursorMs === null ? newest : Math.floor((cursorMs - grid.fromMs) / grid.binMs);
  const [low, high] = [min[bin] ?? null, max[bin] ?? null];
  return low === null || high === null ? null : { atMs: grid.fromMs + bin * grid.binMs, min: low, max: high };
}

/** The middle of a reading: the value itself where the bin holds one. */
export function middle({ min, max }: Reading): number {
  return (min + max) / 2;
}

/** The middle of every bin. */
export function middles({ min, max }: BinnedSeries): readonly (number | null)[] {
  return min.map((low, bin) => (low === null ? null : (low + max[bin]!) / 2));
}
