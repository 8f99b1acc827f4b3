import type { TimeRange } from '../ports.ts';
import type { StreamDefinition } from '../telemetry/stream-definition.ts';

/**
 * Least share of the greatest row error of a window that is the anomaly's own. A model that cannot rebuild a window where it is odd
 * rebuilds the rest of it worse too: less than this is spill, however far above a threshold it is.
 */
const leastShare = 0.1;

/** The errors of a window's rows, oldest first, with 0 where they are spill from its greatest; NaN where there is none. */
export function withoutSpill(rowErrors: Float32Array): Float32Array {
  let most = 0;
  for (const error of rowErrors) if (error > most) most = error;
  const own = rowErrors.slice();
  for (let row = 0; row < own.length; row++) if (own[row]! < leastShare * most) own[row] = 0;
  return own;
}

/**
 * Where in a stride that ends at `endMs` rows exceed a limit: from the first that does to the last, whatever lies between; null
 * where none does, or nothing is known of rows. `rowErrors` are the stride's, oldest first, in the limit's unit; NaN exceeds
 * nothing.
 */
export function locatedIn(
  { intervalMs }: Pick<StreamDefinition, 'intervalMs'>,
  endMs: number,
  rowErrors: Float32Array,
  limit: number,
): TimeRange | null {
  const exceeds = (error: number): boolean => error > limit;
  const first = rowErrors.findIndex(exceeds);
  if (first < 0) return null;
  const last = rowErrors.findLastIndex(exceeds);
  const startMs = endMs - rowErrors.length * intervalMs;
  return { fromMs: startMs + first * intervalMs, toMs: startMs + (last + 1) * intervalMs };
}
