import type { RowRange } from '../datasets/row-range.ts';
import { sequenceFigures, type SequenceCounts, type SequenceFigures } from './sequence-figures.ts';
import { predictedShareOf, sharedRows, validPredictions, type ChannelSequences } from './sequence-guard.ts';

/**
 * Precision, recall and F1 of events, pooled over channels, guarded as guardedSequences is: a prediction of which less
 * than half lies within labelled sequences widened by 100 rows is a false positive and finds nothing, and the run is void
 * if more than 10 % of all rows are predicted. A valid prediction beside a label, which guardedSequences does not count,
 * is a false positive here, as it is to eventCounts.
 */
export function eventF1(channels: readonly ChannelSequences[]): SequenceFigures {
  return sequenceFigures(channels.map(guardedCounts), predictedShareOf(channels));
}

/**
 * Counts by overlapping segments, without a guard: a labelled event that any prediction overlaps is a true positive,
 * otherwise a false negative; a prediction that overlaps no labelled event is a false positive.
 *
 * Source: Orion's `contextual_confusion_matrix` with `weighted=False` (Alnegheimish et al., "Sintel", SIGMOD 2022).
 */
export function eventCounts(predicted: readonly RowRange[], labelled: readonly RowRange[]): SequenceCounts {
  const found = labelled.filter((range) => sharedRows(range, predicted) > 0).length;
  return {
    truePositives: found,
    falsePositives: predicted.filter((range) => sharedRows(range, labelled) === 0).length,
    falseNegatives: labelled.length - found,
  };
}

function guardedCounts(channel: ChannelSequences): SequenceCounts {
  const valid = validPredictions(channel);
  const counts = eventCounts(valid, channel.labelled);
  return { ...counts, falsePositives: counts.falsePositives + channel.predicted.length - valid.length };
}
