import { invalidDataset } from './invalid-dataset.ts';
import { unionOfRowRanges, type RowRange } from './row-range.ts';

/** What labeled_anomalies.csv says of one channel. */
export interface NasaLabels {
  readonly spacecraft: string;
  /** Ascending rows of the test part. */
  readonly sequences: readonly RowRange[];
  readonly testRows: number;
}

const header = 'chan_id,spacecraft,anomaly_sequences,class,num_values';
const line = /^([^,]+),([^,]+),"(\[.*?\])",(?:"\[.*?\]"|\[.*?\]),(\d+)$/;

/**
 * Decodes labeled_anomalies.csv of the SMAP and MSL data (Hundman et al., KDD 2018), by channel. A channel that stands
 * twice (P-2) has the union of its sequences.
 *
 * Errors: CUPOLA_DATASET_INVALID.
 */
export function decodeNasaLabels(bytes: Uint8Array, field: string): ReadonlyMap<string, NasaLabels> {
  const [first, ...lines] = new TextDecoder().decode(bytes).split(/\r?\n/);
  if (first !== header) invalidDataset(`${field} line 1`, first, header);
  const channels = new Map<string, NasaLabels>();
  lines.forEach((text, i) => {
    if (text.trim() === '') return;
    const where = `${field} line ${i + 2}`;
    const [, channel, spacecraft, sequences, testRows] =
      line.exec(text) ?? invalidDataset(where, text, 'a channel, spacecraft, sequences, classes and number of rows');
    const labels = {
      spacecraft: spacecraft!,
      sequences: parseSequences(sequences!, Number(testRows), where),
      testRows: Number(testRows),
    };
    channels.set(channel!, merged(channels.get(channel!), labels, where));
  });
  return channels;
}

function merged(known: NasaLabels | undefined, labels: NasaLabels, where: string): NasaLabels {
  if (!known) return labels;
  if (known.testRows !== labels.testRows)
    invalidDataset(`${where} num_values`, labels.testRows, `${known.testRows}, as in the channel's first line`);
  return { ...labels, sequences: unionOfRowRanges([...known.sequences, ...labels.sequences]) };
}

function parseSequences(text: string, testRows: number, where: string): RowRange[] {
  const pairs = [...text.matchAll(/\[(\d+),\s*(\d+)\]/g)].map(([, first, last]): RowRange => [
    Number(first),
    Number(last),
  ]);
  const written = JSON.stringify(pairs);
  if (written !== text.replaceAll(/\s/g, ''))
    invalidDataset(`${where} anomaly_sequences`, text, 'a list of [first, last]');
  for (const [first, last] of pairs) {
    if (first > last || last >= testRows)
      invalidDataset(`${where} anomaly_sequences`, `[${first}, ${last}]`, `ascending rows below ${testRows}`);
  }
  return unionOfRowRanges(pairs);
}
