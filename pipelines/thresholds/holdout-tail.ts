import type { ThresholdCalibration } from './threshold-policy.ts';

/**
 * The newest `most` holdout scores at the stream's own stride, oldest first: what a policy that remembers begins with. Of a
 * holdout that stands in ascending order, as bundles of before hold it, every part alike.
 */
export function holdoutTail({ holdoutScores, holdoutScoresPerWindow }: ThresholdCalibration, most: number): number[] {
  const { length } = holdoutScores;
  const step = isAscending(holdoutScores) ? length / most : holdoutScoresPerWindow;
  const tail: number[] = [];
  for (let at = length - 1; at >= 0 && tail.length < most; at -= Math.max(step, 1)) {
    tail.push(holdoutScores[Math.floor(at)]!);
  }
  return tail.reverse();
}

function isAscending(scores: readonly number[]): boolean {
  return scores.every((score, index) => index === 0 || scores[index - 1]! <= score);
}
