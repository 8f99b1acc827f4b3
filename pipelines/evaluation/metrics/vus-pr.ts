import { rowRangesOfFlags, type RowRange } from '../datasets/row-range.ts';

/** How many thresholds the curve is drawn from, evenly spaced over the ranks of the scores. */
const thresholdCount = 250;

/** Labelled rows and how early, in the descending row of thresholds, each row of the series is predicted. */
interface Ranking {
  readonly flags: ArrayLike<number>;
  readonly labelled: readonly RowRange[];
  /** Per row: the first threshold that its score reaches. */
  readonly stepOfRow: Uint16Array;
  /** Per threshold: rows, and labelled rows, whose score reaches it. */
  readonly predicted: Float64Array;
  readonly predictedLabelled: Float64Array;
}

/**
 * Volume under the precision-recall surface: the mean, over buffers of l = 0 ... windowRows rows, of the area under a
 * precision-recall curve whose labels fade out over l / 2 rows on both sides, so that a detector is not judged by the row
 * at which somebody began a label. Null where no row is labelled; scores must be finite, high where abnormal. From 0 to 1.
 *
 * A row d <= l / 2 rows from a label counts sqrt(1 - d / l) as labelled, several labels together at most 1. With TP the
 * labels so faded of the rows at or above a threshold, P the labelled rows and F the faded part of TP, for 250 thresholds:
 *
 *   precision = TP / predicted rows, recall = min(1, TP / (P + F / 2)) x share of labels touched,
 *   area = sum over thresholds of (recall - recall before) x precision
 *
 * Source: Paparrizos et al., "Volume Under the Surface", VLDB 2022, as TSB-AD 1.5 computes it (version "opt", thre 250),
 * whose window is the period of column 0 (periodLength).
 */
export function vusPr(score: Float64Array, flags: ArrayLike<number>, windowRows: number): number | null {
  const ranking = rank(score, flags);
  if (ranking.labelled.length === 0) return null;
  const faded = new Float64Array(score.length);
  let volume = 0;
  for (let bufferRows = 0; bufferRows <= windowRows; bufferRows++) volume += areaWithBuffer(ranking, bufferRows, faded);
  return volume / (windowRows + 1);
}

function rank(score: Float64Array, flags: ArrayLike<number>): Ranking {
  const thresholds = thresholdsOf(score);
  const stepOfRow = Uint16Array.from(score, (value) => firstAtOrBelow(thresholds, value));
  const predicted = new Float64Array(thresholdCount);
  const predictedLabelled = new Float64Array(thresholdCount);
  for (let row = 0; row < score.length; row++) {
    predicted[stepOfRow[row]!]!++;
    if (flags[row] !== 0) predictedLabelled[stepOfRow[row]!]!++;
  }
  accumulate(predicted);
  accumulate(predictedLabelled);
  return { flags, labelled: rowRangesOfFlags(flags), stepOfRow, predicted, predictedLabelled };
}

/** The scores of 250 evenly spaced ranks, highest first. All rows reach the last, whatever rounding makes of its rank. */
function thresholdsOf(score: Float64Array): Float64Array {
  const ascending = score.slice().sort();
  const highest = score.length - 1;
  const spacing = highest / (thresholdCount - 1);
  return Float64Array.from({ length: thresholdCount }, (_, i) => ascending[highest - Math.trunc(i * spacing)]!);
}

/** Index of the first of descending numbers that is not above a value; the last index where all are. */
function firstAtOrBelow(descending: Float64Array, value: number): number {
  let low = 0;
  let high = descending.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (descending[middle]! <= value) high = middle;
    else low = middle + 1;
  }
  return low;
}

function accumulate(counts: Float64Array): void {
  for (let i = 1; i < counts.length; i++) counts[i]! += counts[i - 1]!;
}

/** The area under the curve with labels faded out over one buffer; `faded` is room for one number a row. */
function areaWithBuffer(ranking: Ranking, bufferRows: number, faded: Float64Array): number {
  const { flags, labelled, stepOfRow, predicted, predictedLabelled } = ranking;
  fadeOut(labelled, bufferRows, faded);
  const fadedHits = new Float64Array(thresholdCount);
  const touched = new Float64Array(thresholdCount);
  const buffered = bufferedRanges(labelled, bufferRows >> 1, faded.length);
  for (const [first, last] of buffered) {
    let earliest = thresholdCount - 1;
    for (let row = first; row <= last; row++) {
      const step = stepOfRow[row]!;
      if (step < earliest) earliest = step;
      if (flags[row] === 0) fadedHits[step]! += Math.min(1, faded[row]!);
    }
    touched[earliest]!++;
  }
  accumulate(fadedHits);
  accumulate(touched);
  const labelledRows = predictedLabelled[thresholdCount - 1]!;
  let area = 0;
  let recallBefore = 0;
  for (let i = 0; i < thresholdCount; i++) {
    const hits = predictedLabelled[i]! + fadedHits[i]!;
    const found = Math.min(1, hits / (labelledRows + fadedHits[i]! / 2));
    const recall = (found * touched[i]!) / buffered.length;
    area += ((recall - recallBefore) * hits) / predicted[i]!;
    recallBefore = recall;
  }
  return area;
}

/** Writes what the labels around a row add up to; on labelled rows it means nothing. */
function fadeOut(labelled: readonly RowRange[], bufferRows: number, faded: Float64Array): void {
  faded.fill(0);
  for (let distance = 1; distance <= bufferRows >> 1; distance++) {
    const weight = Math.sqrt(1 - distance / bufferRows);
    for (const [first, last] of labelled) {
      if (last + distance < faded.length) faded[last + distance]! += weight;
      if (first >= distance) faded[first - distance]! += weight;
    }
  }
}

/** Labels with rows on both sides, as one where they overlap then, though not where they only touch. */
function bufferedRanges(labelled: readonly RowRange[], margin: number, rows: number): RowRange[] {
  const ranges: RowRange[] = [];
  for (const [first, last] of labelled) {
    const before = ranges.at(-1);
    const end = Math.min(rows - 1, last + margin);
    if (before && before[1] >= first - margin) ranges[ranges.length - 1] = [before[0], end];
    else ranges.push([Math.max(0, first - margin), end]);
  }
  return ranges;
}
