import type { SeededRandom } from '../random.ts';
import { rowRangesOfFlags, type RowRange } from './datasets/row-range.ts';

/** What a detector says of a series: a score per row, high where abnormal, and the rows that it predicts. */
export interface ControlResult {
  readonly score: Float64Array;
  readonly predicted: readonly RowRange[];
}

/** A detector that looks at nothing but the number of rows. What it reaches, a metric gives away for nothing. */
export interface Control {
  readonly name: string;
  /** One line for people. */
  readonly summary: string;
  /** Runs it on a series of so many rows. The random numbers are its own: every channel needs others. */
  run(rows: number, random: SeededRandom): ControlResult;
}

/** Rows that random predicts together, about as many as detectors do, and the share of such blocks. */
const blockRows = 100;
const blockShare = 0.05;

/** The controls that every evaluation runs beside its detectors, in the same way. */
export const controls: readonly Control[] = [
  {
    name: 'random',
    summary: `A random score per row; every block of ${blockRows} rows is predicted with probability ${blockShare}.`,
    run: (rows, random) => {
      const score = Float64Array.from({ length: rows }, () => random.uniform());
      const flags = new Uint8Array(rows);
      for (let row = 0; row < rows; row += blockRows)
        if (random.uniform() < blockShare) flags.fill(1, row, row + blockRows);
      return { score, predicted: rowRangesOfFlags(flags) };
    },
  },
  {
    name: 'constant',
    summary: 'The same score for every row; nothing is predicted.',
    run: (rows) => ({ score: new Float64Array(rows).fill(0.5), predicted: [] }),
  },
  lastShare('always-on', 'Every row is predicted.', 1),
  lastShare('last-half', 'The last half of every series is predicted.', 0.5),
  lastShare('last-10-percent', 'The last 10 % of every series are predicted: as much as is not void.', 0.1),
];

/** Predicts the end of every series: faults are often labelled late. */
function lastShare(name: string, summary: string, share: number): Control {
  return {
    name,
    summary,
    run: (rows) => {
      const first = rows - Math.floor(share * rows);
      return { score: new Float64Array(rows).fill(1, first), predicted: first < rows ? [[first, rows - 1]] : [] };
    },
  };
}
