import { isTooMuchPredicted } from './sequence-guard.ts';

/** Counts of sequences, of one channel or pooled over several. */
export interface SequenceCounts {
  /** Labelled sequences that were found. */
  readonly truePositives: number;
  /** Predicted sequences that were wrong. */
  readonly falsePositives: number;
  /** Labelled sequences that were missed. */
  readonly falseNegatives: number;
}

/** Counts and figures over channels. A figure is null where it is 0 / 0, and all four are where the run is void. */
export interface SequenceFigures extends SequenceCounts {
  /** Predicted rows over all rows. */
  readonly predictedShare: number;
  /** Too much was predicted for the figures to mean anything. */
  readonly isVoid: boolean;
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f05: number | null;
  readonly f1: number | null;
}

/**
 * Figures of counts that are summed over channels first:
 *
 *   P = TP / (TP + FP), R = TP / (TP + FN), F_b = (1 + b^2) P R / (b^2 P + R)
 */
export function sequenceFigures(channels: readonly SequenceCounts[], predictedShare: number): SequenceFigures {
  const total = (figure: keyof SequenceCounts): number => channels.reduce((sum, counts) => sum + counts[figure], 0);
  const truePositives = total('truePositives');
  const falsePositives = total('falsePositives');
  const falseNegatives = total('falseNegatives');
  const isVoid = isTooMuchPredicted(predictedShare);
  const ratio = (part: number, whole: number): number | null => (isVoid || whole === 0 ? null : part / whole);
  const fScore = (beta: number): number | null => {
    const hits = (1 + beta ** 2) * truePositives;
    return ratio(hits, hits + beta ** 2 * falseNegatives + falsePositives);
  };
  return {
    truePositives,
    falsePositives,
    falseNegatives,
    predictedShare,
    isVoid,
    precision: ratio(truePositives, truePositives + falsePositives),
    recall: ratio(truePositives, truePositives + falseNegatives),
    f05: fScore(0.5),
    f1: fScore(1),
  };
}
