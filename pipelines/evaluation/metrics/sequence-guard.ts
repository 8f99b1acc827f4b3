import { unionOfRowRanges, type RowRange } from '../datasets/row-range.ts';

/** One channel's predictions against its labels; rows of the test part, ascending and apart. */
export interface ChannelSequences {
  /** Rows of the test part. */
  readonly rows: number;
  readonly predicted: readonly RowRange[];
  readonly labelled: readonly RowRange[];
}

/** Rows by which a labelled sequence is widened on both sides, to judge whether a prediction is near it. */
const marginRows = 100;
/** Share of all rows that may be predicted. */
const mostPredicted = 0.1;

/** The predictions of which at least half of the rows lie within labelled sequences widened by 100 rows. */
export function validPredictions({ predicted, labelled }: ChannelSequences): RowRange[] {
  const widened = unionOfRowRanges(labelled.map(([first, last]): RowRange => [first - marginRows, last + marginRows]));
  return predicted.filter((range) => 2 * sharedRows(range, widened) >= rowsIn(range));
}

/** Predicted rows over all rows of all channels; 0 where there are none. */
export function predictedShareOf(channels: readonly ChannelSequences[]): number {
  const predicted = channels.reduce(
    (sum, of) => sum + of.predicted.reduce((rows, range) => rows + rowsIn(range), 0),
    0,
  );
  const rows = channels.reduce((sum, of) => sum + of.rows, 0);
  return predicted / Math.max(1, rows);
}

/** Whether so much is predicted that figures mean nothing: more than 10 % of all rows. */
export function isTooMuchPredicted(predictedShare: number): boolean {
  return predictedShare > mostPredicted;
}

/** How many rows a range has. */
export function rowsIn([first, last]: RowRange): number {
  return last - first + 1;
}

/** How many rows of a range lie in others, which are apart. */
export function sharedRows([first, last]: RowRange, others: readonly RowRange[]): number {
  return others.reduce((sum, [from, to]) => sum + Math.max(0, Math.min(last, to) - Math.max(first, from) + 1), 0);
}
