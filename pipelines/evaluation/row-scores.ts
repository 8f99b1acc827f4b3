import type { EvaluationPreset } from './presets.ts';
import type { ScoreSeries } from './score-series.ts';

/** Scored windows and where they lie in the rows that count. */
export interface PlacedScores extends ScoreSeries {
  /** Of each window's newest stride, the rows in it; -1 for both where there is none. Ascending. */
  readonly firstRow: Int32Array;
  readonly lastRow: Int32Array;
}

/**
 * Places windows among rows: `timeMs` of the rows, ascending but for a few; a window's newest stride is
 * [endMs - strideMs, endMs).
 */
export function placedScores(series: ScoreSeries, timeMs: Float64Array, strideMs: number): PlacedScores {
  const firstRow = new Int32Array(series.endMs.length).fill(-1);
  const lastRow = new Int32Array(series.endMs.length).fill(-1);
  let row = 0;
  series.endMs.forEach((endMs, window) => {
    while (row < timeMs.length && timeMs[row]! < endMs - strideMs) row++;
    let end = row;
    while (end < timeMs.length && timeMs[end]! < endMs) end++;
    if (end === row) return;
    firstRow[window] = row;
    lastRow[window] = end - 1;
    row = end;
  });
  return { ...series, firstRow, lastRow };
}

/**
 * An anomaly score per row, high where abnormal, for metrics of rows: of the window whose newest stride holds the row, or the
 * mean of all windows of `windowRows` rows that cover it. Rows that no window tells of have 0, the least.
 */
export function rowScores(
  { firstRow, lastRow, anomalyScore }: Pick<PlacedScores, 'firstRow' | 'lastRow' | 'anomalyScore'>,
  rows: number,
  windowRows: number,
  how: EvaluationPreset['rowScore'],
): Float64Array {
  const sum = new Float64Array(rows);
  const windows = new Uint32Array(rows);
  for (let window = 0; window < anomalyScore.length; window++) {
    const last = lastRow[window]!;
    if (last < 0) continue;
    const first = how === 'newest' ? firstRow[window]! : Math.max(0, last - windowRows + 1);
    for (let row = first; row <= last; row++) {
      sum[row]! += anomalyScore[window]!;
      windows[row]!++;
    }
  }
  return sum.map((total, row) => total / Math.max(1, windows[row]!));
}
