import type { RowRange } from '../datasets/row-range.ts';
import { rowsByScore } from './rows-by-score.ts';

/** What finding a window, raising a false alarm and missing a window weigh. */
export interface NabProfile {
  readonly truePositive: number;
  readonly falsePositive: number;
  readonly falseNegative: number;
}

/** The profiles of the benchmark, by its names for them. */
export const nabProfiles = {
  standard: { truePositive: 1, falsePositive: 0.11, falseNegative: 1 },
  reward_low_FP_rate: { truePositive: 1, falsePositive: 0.22, falseNegative: 1 },
  reward_low_FN_rate: { truePositive: 1, falsePositive: 0.11, falseNegative: 2 },
} as const satisfies Readonly<Record<string, NabProfile>>;

/** One series: a score per row, high where abnormal, and the windows of rows in which a detection counts. */
export interface NabSeries {
  readonly score: Float64Array;
  /** Ascending and apart. */
  readonly windows: readonly RowRange[];
}

/** What one threshold comes to over a corpus. */
export interface NabScore {
  /** 0 for a detector that is silent, 100 for one that finds every window in its first row and is silent otherwise. */
  readonly score: number;
  /** The same, before it is put on that scale. */
  readonly rawScore: number;
  /** A row is a detection from this score on; Infinity for silence. */
  readonly threshold: number;
}

/** The rows after probation of all series, one after the other. */
interface Corpus {
  readonly score: Float64Array;
  /** What a detection in the row is worth: above 0 in a window, below it elsewhere. */
  readonly worth: Float64Array;
  /** Number of the window that the row is in, over all series; -1 elsewhere. */
  readonly window: Int32Array;
  /** Of all series, and those of them that reach beyond probation. */
  readonly windows: number;
  readonly scoredWindows: number;
}

/** Share of a series in which a detector may learn and nothing counts, and of how many rows at most. */
const probation = 0.15;
const probationOfRows = 5000;

/**
 * The score of the Numenta Anomaly Benchmark at a threshold, one for the whole corpus. A row is a detection if its score
 * reaches the threshold. To score decisions instead, such as those of thresholds that were found without the labels (the
 * honest score), give 1 for rows that are predicted and 0 for others, and threshold 1.
 *
 * The first detection in a window counts A_TP s(y), each detection elsewhere A_FP s(y), a window without one -A_FN:
 *
 *   s(y) = 2 / (1 + e^(5 y)) - 1
 *
 * with y from -1 in the window's first row towards 0 at its end, scaled so that the first row is worth 1; after a window y
 * grows by 1 with its length, and beyond 3, or before the first window, s is -1. The first 15 % of a series, at most 750
 * rows, do not count. The sum is put on a scale from 0 (silence) to 100 (every window in its first row).
 *
 * Source: Lavin and Ahmad, "Evaluating Real-time Anomaly Detection Algorithms", ICMLA 2015, as NAB 1.1 computes it.
 */
export function nabScore(series: readonly NabSeries[], profile: NabProfile, threshold: number): NabScore {
  const corpus = corpusOf(series, profile);
  const tally = new Tally(corpus, profile);
  for (let row = 0; row < corpus.score.length; row++) if (corpus.score[row]! >= threshold) tally.detect(row);
  return scaled(corpus, profile, tally.sum, threshold);
}

/**
 * The highest score of all thresholds, by the benchmark's own protocol: one threshold for the whole corpus, found on the
 * labels that it is scored by. Of equal ones the highest threshold, which may be Infinity. NAB calls that one 1.1, its
 * scores being at most 1.
 */
export function bestNabScore(series: readonly NabSeries[], profile: NabProfile): NabScore {
  const corpus = corpusOf(series, profile);
  const { score } = corpus;
  const descending = rowsByScore(score);
  const tally = new Tally(corpus, profile);
  let threshold = Infinity;
  let best = scaled(corpus, profile, tally.sum, threshold);
  for (let i = 0; i < descending.length;) {
    threshold = score[descending[i]!]!;
    while (i < descending.length && score[descending[i]!] === threshold) tally.detect(descending[i++]!);
    if (tally.sum > best.rawScore) best = scaled(corpus, profile, tally.sum, threshold);
  }
  return best;
}

/** Adds up what detections are worth: a window counts once, by the best of them. */
class Tally {
  readonly #corpus: Corpus;
  /** Per window: what its best detection is worth, below 0 where there is none. */
  readonly #windows: Float64Array;
  sum: number;

  constructor(corpus: Corpus, profile: NabProfile) {
    this.#corpus = corpus;
    this.#windows = new Float64Array(corpus.windows).fill(-profile.falseNegative);
    this.sum = -profile.falseNegative * corpus.scoredWindows;
  }

  detect(row: number): void {
    const { worth, window } = this.#corpus;
    const within = window[row]!;
    const gain = within < 0 ? worth[row]! : Math.max(0, worth[row]! - this.#windows[within]!);
    if (within >= 0) this.#windows[within]! += gain;
    this.sum += gain;
  }
}

function scaled(corpus: Corpus, profile: NabProfile, rawScore: number, threshold: number): NabScore {
  const silent = -profile.falseNegative * corpus.scoredWindows;
  const perfect = profile.truePositive * corpus.windows;
  return { score: (100 * (rawScore - silent)) / (perfect - silent), rawScore, threshold };
}

function corpusOf(series: readonly NabSeries[], profile: NabProfile): Corpus {
  const probations = series.map(({ score }) => Math.floor(probation * Math.min(probationOfRows, score.length)));
  const rows = series.reduce((sum, { score }, i) => sum + score.length - probations[i]!, 0);
  const score = new Float64Array(rows);
  const worth = new Float64Array(rows);
  const window = new Int32Array(rows);
  let at = 0;
  let windows = 0;
  let scoredWindows = 0;
  series.forEach((one, i) => {
    const from = probations[i]!;
    score.set(one.score.subarray(from), at);
    worth.set(worthOfRows(one, profile).subarray(from), at);
    window.set(windowOfRows(one, windows).subarray(from), at);
    at += one.score.length - from;
    windows += one.windows.length;
    scoredWindows += one.windows.filter(([, last]) => last >= from).length;
  });
  return { score, worth, window, windows, scoredWindows };
}

/** What a detection in each row of a series is worth. */
function worthOfRows({ score, windows }: NabSeries, profile: NabProfile): Float64Array {
  const worth = new Float64Array(score.length).fill(-profile.falsePositive);
  windows.forEach(([first, last], i) => {
    const rows = last - first + 1;
    for (let row = first; row <= last; row++)
      worth[row] = (profile.truePositive * sigmoid((row - last - 1) / rows)) / sigmoid(-1);
    const next = windows[i + 1]?.[0] ?? score.length;
    for (let row = last + 1; row < next; row++) worth[row] = profile.falsePositive * sigmoid((row - last) / (rows - 1));
  });
  return worth;
}

/** The number of the window that each row is in, counted from `firstWindow`; -1 elsewhere. */
function windowOfRows({ score, windows }: NabSeries, firstWindow: number): Int32Array {
  const window = new Int32Array(score.length).fill(-1);
  windows.forEach(([first, last], i) => window.fill(firstWindow + i, first, last + 1));
  return window;
}

/** From 1 well before the end of a window, at 0, to -1 well after it. */
function sigmoid(position: number): number {
  return position > 3 ? -1 : 2 / (1 + Math.exp(5 * position)) - 1;
}
