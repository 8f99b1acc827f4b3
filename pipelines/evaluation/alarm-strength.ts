import type { RowRange } from './datasets/row-range.ts';
import type { PlacedScores } from './row-scores.ts';

/** The least strength of an alarm: one by itself says that a threshold was exceeded. */
const leastStrength = 1;

/**
 * A score per row that is high where an alarm was raised: in its first row the judged score over its threshold, 0 in all
 * others. For metrics in which every row above a threshold is a detection of its own.
 */
export function alarmStrength(
  { judged, strides }: Pick<PlacedScores, 'judged' | 'strides'>,
  rows: number,
  predicted: readonly RowRange[],
): Float64Array {
  const strength = new Float64Array(rows);
  const places = new Map(Array.from(judged.endMs, (end, index) => [end, index]));
  for (const [first] of predicted) {
    const stride = strides.lastRow.findIndex((last, index) => strides.firstRow[index]! <= first && first <= last);
    const at = places.get(strides.endMs[stride]!) ?? -1;
    const ratio = judged.score[at]! / judged.level[at]!;
    strength[first] = Number.isFinite(ratio) ? Math.max(leastStrength, ratio) : leastStrength;
  }
  return strength;
}
