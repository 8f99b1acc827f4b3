import { invalidDataset } from './invalid-dataset.ts';

/** Heartbeats of equal length, one a row. */
export interface Heartbeats {
  /** Per heartbeat: 1 normal, 2 to 5 abnormal. */
  readonly classes: Uint8Array;
  readonly rows: number;
  /** Samples of a heartbeat. */
  readonly columns: number;
  /** rows x columns, row-major. */
  readonly values: Float64Array;
}

const columns = 140;

/**
 * Decodes the text of ECG5000: on each line a class and 140 samples, apart by white space. It is no data set of streams:
 * each heartbeat is a window of its own.
 *
 * Errors: CUPOLA_DATASET_INVALID; `field` names the file in them.
 * Source: UCR Time Series Classification Archive, from the BIDMC congestive heart failure database (PhysioNet).
 */
export function decodeEcg5000(bytes: Uint8Array, field: string): Heartbeats {
  const lines = new TextDecoder()
    .decode(bytes)
    .split('\n')
    .filter((line) => line.trim() !== '');
  if (lines.length === 0) invalidDataset(`${field} lines`, 0, 'at least one');
  const classes = new Uint8Array(lines.length);
  const values = new Float64Array(lines.length * columns);
  lines.forEach((line, row) => {
    const where = `${field} heartbeat ${row + 1}`;
    const [first, ...samples] = line.trim().split(/\s+/).map(Number);
    if (![1, 2, 3, 4, 5].includes(first!)) invalidDataset(`${where} class`, first, 'a class from 1 to 5');
    if (samples.length !== columns) invalidDataset(`${where} samples`, samples.length, String(columns));
    const broken = samples.findIndex((sample) => !Number.isFinite(sample));
    if (broken !== -1) invalidDataset(`${where} sample ${broken + 1}`, samples[broken], 'a finite number');
    classes[row] = first!;
    values.set(samples, row * columns);
  });
  return { classes, rows: lines.length, columns, values };
}
