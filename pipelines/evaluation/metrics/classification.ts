/** What yes-or-no decisions on rows or windows come to. A figure is null where it is 0 / 0. */
export interface ClassificationFigures {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly trueNegatives: number;
  readonly falseNegatives: number;
  readonly accuracy: number | null;
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
}

/**
 * Accuracy, precision, recall and F1 of flags against labels, one of each an item, not 0 for positive. Which class is the
 * positive one is the caller's choice, and has to be said: here what is abnormal, whereas the textbook's figures of ECG5000
 * take the normal heartbeats for positive.
 *
 *   accuracy = (TP + TN) / all, P = TP / (TP + FP), R = TP / (TP + FN), F1 = 2 TP / (2 TP + FP + FN)
 */
export function classificationFigures(
  predicted: ArrayLike<number>,
  labelled: ArrayLike<number>,
): ClassificationFigures {
  const counts = [0, 0, 0, 0];
  for (let i = 0; i < labelled.length; i++) counts[(predicted[i] === 0 ? 0 : 2) + (labelled[i] === 0 ? 0 : 1)]!++;
  const [trueNegatives, falseNegatives, falsePositives, truePositives] = counts as [number, number, number, number];
  return {
    truePositives,
    falsePositives,
    trueNegatives,
    falseNegatives,
    accuracy: ratio(truePositives + trueNegatives, labelled.length),
    precision: ratio(truePositives, truePositives + falsePositives),
    recall: ratio(truePositives, truePositives + falseNegatives),
    f1: ratio(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives),
  };
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
