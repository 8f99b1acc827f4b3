import { unionOfRowRanges, type RowRange } from './datasets/row-range.ts';

/** One channel's predictions against its labels; rows of the test part, ascending and apart. */
export interface ChannelSequences {
  /** Rows of the test part. */
  readonly rows: number;
  readonly predicted: readonly RowRange[];
  readonly labelled: readonly RowRange[];
}

/** Counts and figures over channels. A figure is null where it is 0 / 0, and all four are where the run is void. */
export interface GuardedSequences {
  /** Labelled sequences that a valid prediction overlaps. */
  readonly truePositives: number;
  /** Predicted sequences that are not valid. */
  readonly falsePositives: number;
  /** Labelled sequences that no valid prediction overlaps. */
  readonly falseNegatives: number;
  /** Predicted rows over all rows. */
  readonly predictedShare: number;
  /** Too much was predicted for the figures to mean anything. */
  readonly isVoid: boolean;
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f05: number | null;
  readonly f1: number | null;
}

/** Rows by which a labelled sequence is widened on both sides, to judge whether a prediction is near it. */
const marginRows = 100;
/** Share of all rows that may be predicted. */
const mostPredicted = 0.1;

/**
 * Telemanom's counts of sequences (Hundman et al., KDD 2018), pooled over channels and guarded against predictions that
 * find everything by covering everything.
 *
 * A prediction is valid if at least half of its rows lie within labelled sequences widened by 100 rows; any other is a
 * false positive and finds nothing. The run is void if more than 10 % of all rows are predicted.
 *
 *   P = TP / (TP + FP), R = TP / (TP + FN), F_b = (1 + b^2) P R / (b^2 P + R)
 */
export function guardedSequences(channels: readonly ChannelSequences[]): GuardedSequences {
  const counts = channels.map(countSequences);
  const total = (figure: (of: Counts) => number): number => counts.reduce((sum, of) => sum + figure(of), 0);
  const truePositives = total((of) => of.truePositives);
  const falsePositives = total((of) => of.falsePositives);
  const falseNegatives = total((of) => of.falseNegatives);
  const predictedShare =
    total((of) => of.predictedRows) /
    Math.max(
      1,
      channels.reduce((sum, { rows }) => sum + rows, 0),
    );
  const isVoid = predictedShare > mostPredicted;
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

interface Counts {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
  readonly predictedRows: number;
}

function countSequences({ predicted, labelled }: ChannelSequences): Counts {
  const widened = unionOfRowRanges(labelled.map(([first, last]): RowRange => [first - marginRows, last + marginRows]));
  const valid = predicted.filter((range) => 2 * sharedRows(range, widened) >= lengthOf(range));
  const found = labelled.filter((range) => sharedRows(range, valid) > 0).length;
  return {
    truePositives: found,
    falsePositives: predicted.length - valid.length,
    falseNegatives: labelled.length - found,
    predictedRows: predicted.reduce((sum, range) => sum + lengthOf(range), 0),
  };
}

function lengthOf([first, last]: RowRange): number {
  return last - first + 1;
}

/** How many rows of a range lie in others, which are apart. */
function sharedRows([first, last]: RowRange, others: readonly RowRange[]): number {
  return others.reduce((sum, [from, to]) => sum + Math.max(0, Math.min(last, to) - Math.max(first, from) + 1), 0);
}
