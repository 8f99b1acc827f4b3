import type { TimeRange } from '../ports.ts';
import type { StreamDefinition } from '../telemetry/stream-definition.ts';

/**
 * Least share of the greatest row error of a window that is the anomaly's own. A model that cannot rebuild a window where it is odd
 * rebuilds the rest of it worse too: less than this is spill, however far above a threshold it is.
 */
const leastShare = 0.1;

/**
 * What a window says of each of its rows, in the scale of the window's own error. `rowErrors` are as scores tell them, oldest first.
 *
 * NaN of a row that it has no say on: nothing of it was seen, or the model gives it back as it was, as forecasters do with what they
 * forecast from. The rest of the window's error is shared out over the rows it judges. 0 of a row that is spill.
 */
export function ownErrors(rowErrors: Float32Array): Float32Array {
  let [seen, judged, most] = [0, 0, 0];
  for (const error of rowErrors) {
    if (error >= 0) seen++;
    if (error > 0) judged++;
    if (error > most) most = error;
  }
  const own = new Float32Array(rowErrors.length).fill(Number.NaN);
  rowErrors.forEach((error, row) => {
    if (error > 0) own[row] = error < leastShare * most ? 0 : (error * judged) / seen;
  });
  return own;
}

/**
 * Where in a stride that ends at `endMs` rows exceed a limit: from the first that does to the last, whatever lies between; null
 * where none does. `rowErrors` are the stride's, oldest first, in the limit's unit; NaN exceeds nothing. All of the stride where
 * they are empty: scores of before do not tell them.
 */
export function locatedIn(
  { intervalMs, strideMs }: Pick<StreamDefinition, 'intervalMs' | 'strideMs'>,
  endMs: number,
  rowErrors: Float32Array,
  limit: number,
): TimeRange | null {
  const startMs = endMs - strideMs;
  if (rowErrors.length === 0) return { fromMs: startMs, toMs: endMs };
  const exceeds = (error: number): boolean => error > limit;
  const first = rowErrors.findIndex(exceeds);
  if (first < 0) return null;
  const last = rowErrors.findLastIndex(exceeds);
  return { fromMs: startMs + first * intervalMs, toMs: startMs + (last + 1) * intervalMs };
}
