import { rowsByScore } from './rows-by-score.ts';

/**
 * Area under the precision-recall curve as average precision, over the distinct scores from high to low:
 *
 *   AP = sum over thresholds of (R_n - R_(n-1)) P_n
 *
 * without interpolation, as scikit-learn's `average_precision_score` and TSB-AD's AUC-PR. Null where no row is labelled;
 * scores must be finite, high where abnormal. From 0 to 1.
 */
export function aucPr(score: Float64Array, flags: ArrayLike<number>): number | null {
  const descending = rowsByScore(score);
  let labelled = 0;
  for (let row = 0; row < flags.length; row++) if (flags[row] !== 0) labelled++;
  if (labelled === 0) return null;
  let area = 0;
  let hits = 0;
  let hitsBefore = 0;
  for (let i = 0; i < descending.length; i++) {
    if (flags[descending[i]!] !== 0) hits++;
    const isLastOfItsScore = i + 1 === descending.length || score[descending[i + 1]!] !== score[descending[i]!];
    if (!isLastOfItsScore) continue;
    area += ((hits - hitsBefore) / labelled) * (hits / (i + 1));
    hitsBefore = hits;
  }
  return area;
}
