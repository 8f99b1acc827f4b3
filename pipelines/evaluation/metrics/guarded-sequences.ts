import { sequenceFigures, type SequenceCounts, type SequenceFigures } from './sequence-figures.ts';
import { predictedShareOf, sharedRows, validPredictions, type ChannelSequences } from './sequence-guard.ts';

/**
 * Telemanom's counts of sequences (Hundman et al., KDD 2018), pooled over channels and guarded against predictions that
 * find everything by covering everything.
 *
 * A prediction is valid if at least half of its rows lie within labelled sequences widened by 100 rows; any other is a
 * false positive and finds nothing. A labelled sequence is found if a valid prediction overlaps it. The run is void if
 * more than 10 % of all rows are predicted.
 */
export function guardedSequences(channels: readonly ChannelSequences[]): SequenceFigures {
  return sequenceFigures(channels.map(countSequences), predictedShareOf(channels));
}

function countSequences(channel: ChannelSequences): SequenceCounts {
  const valid = validPredictions(channel);
  const found = channel.labelled.filter((range) => sharedRows(range, valid) > 0).length;
  return {
    truePositives: found,
    falsePositives: channel.predicted.length - valid.length,
    falseNegatives: channel.labelled.length - found,
  };
}
