import type { EvaluationPreset } from './presets.ts';
import type { ScoreSeries } from './score-series.ts';

/** Scored windows and where they lie in the rows that count. */
export interface PlacedScores extends ScoreSeries {
  readonly strides: PlacedStrides;
  /** Event time of each row. */
  readonly timeMs: Float64Array;
}

/** Strides and their rows, ascending. */
export interface PlacedStrides {
  readonly endMs: Float64Array;
  /** First and last row of each; -1 for both where it has none. */
  readonly firstRow: Int32Array;
  readonly lastRow: Int32Array;
}

/**
 * Places the strides of windows among rows: `timeMs` of the rows, ascending but for a few; a stride is
 * [endMs - strideMs, endMs).
 */
export function placedScores(series: ScoreSeries, timeMs: Float64Array, strideMs: number): PlacedScores {
  const ends = Float64Array.from(new Set([...series.endMs, ...series.judged.endMs, ...coveredEnds(series, strideMs)]));
  const endMs = ends.sort();
  const firstRow = new Int32Array(endMs.length).fill(-1);
  const lastRow = new Int32Array(endMs.length).fill(-1);
  let row = 0;
  endMs.forEach((end, stride) => {
    while (row < timeMs.length && timeMs[row]! < end - strideMs) row++;
    let after = row;
    while (after < timeMs.length && timeMs[after]! < end) after++;
    if (after === row) return;
    firstRow[stride] = row;
    lastRow[stride] = after - 1;
    row = after;
  });
  return { ...series, strides: { endMs, firstRow, lastRow }, timeMs };
}

/** Of the first window and after gaps, strides end within windows that no window ends with. */
function* coveredEnds({ endMs, strideErrors }: ScoreSeries, strideMs: number): Generator<number> {
  const strides = strideErrors.length / endMs.length;
  for (const end of endMs) for (let back = 1; back < strides; back++) yield end - back * strideMs;
}

/** Which stride ends at a time. */
export function strideIndexes({ endMs }: PlacedStrides): ReadonlyMap<number, number> {
  return new Map(Array.from(endMs, (end, index) => [end, index]));
}

/**
 * An anomaly score per row, high where abnormal, for metrics of rows: of the window whose newest stride holds the row, the
 * mean of all windows of `windowRows` rows that cover it, or the mean of what they say of the row's stride. Rows that no
 * window tells of have 0, the least.
 */
export function rowScores(
  scores: Pick<PlacedScores, 'endMs' | 'anomalyScore' | 'strideErrors' | 'strides'>,
  rows: number,
  windowRows: number,
  how: EvaluationPreset['rowScore'],
): Float64Array {
  const mean = new MeanByRow(rows);
  const { firstRow, lastRow } = scores.strides;
  const indexes = strideIndexes(scores.strides);
  const strides = scores.strideErrors.length / scores.endMs.length;
  scores.endMs.forEach((end, window) => {
    const newest = indexes.get(end)!;
    const last = lastRow[newest]!;
    if (how === 'combined') {
      for (let stride = 0; stride < strides; stride++) {
        const index = newest - (strides - 1 - stride);
        mean.add(firstRow[index]!, lastRow[index]!, scores.strideErrors[window * strides + stride]!);
      }
    } else if (last >= 0) {
      const first = how === 'newest' ? firstRow[newest]! : Math.max(0, last - windowRows + 1);
      mean.add(first, last, scores.anomalyScore[window]!);
    }
  });
  return mean.values();
}

class MeanByRow {
  readonly #sum: Float64Array;
  readonly #count: Uint32Array;

  constructor(rows: number) {
    this.#sum = new Float64Array(rows);
    this.#count = new Uint32Array(rows);
  }

  /** Adds a score of rows, first and last inclusive; there are none where `first` is -1, nor is there a score where it is NaN. */
  add(first: number, last: number, score: number): void {
    if (!(first >= 0) || Number.isNaN(score)) return;
    for (let row = first; row <= last; row++) {
      this.#sum[row]! += score;
      this.#count[row]!++;
    }
  }

  values(): Float64Array {
    return this.#sum.map((sum, row) => sum / Math.max(1, this.#count[row]!));
  }
}
