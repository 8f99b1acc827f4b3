import type { RowRange } from './row-range.ts';

/**
 * Where recordings without times of their own end. They end together, rather than begin together, so that replayed side
 * by side none falls silent while another goes on; and at midnight, so that the last window ends with the last row.
 */
const recordingsEndMs = Date.UTC(2020, 0, 1);

/** A training and a test part as one timeline, the test part's first row one interval after the training part's last. */
export interface RowTimeline {
  /** Event time of the first training row. */
  readonly startMs: number;
  readonly intervalMs: number;
  readonly trainingRows: number;
  readonly testRows: number;
}

/** The timeline of a recording without times of its own: its last row's cell ends at 2020-01-01T00:00:00Z. */
export function rowTimeline(intervalMs: number, trainingRows: number, testRows: number): RowTimeline {
  return { startMs: recordingsEndMs - (trainingRows + testRows) * intervalMs, intervalMs, trainingRows, testRows };
}

/** Event times of all rows, the training part's first. */
export function rowTimesMs({ startMs, intervalMs, trainingRows, testRows }: RowTimeline): Float64Array {
  return Float64Array.from({ length: trainingRows + testRows }, (_, row) => startMs + row * intervalMs);
}

/** Event time of the first test row, which is where the training part ends. */
export function testStartMs({ startMs, intervalMs, trainingRows }: RowTimeline): number {
  return startMs + trainingRows * intervalMs;
}

/** The rows of the test part whose event times lie in [fromMs, toMs); null where there is none. */
export function testRowsWithin(timeline: RowTimeline, fromMs: number, toMs: number): RowRange | null {
  const rowAt = (timeMs: number): number => Math.ceil((timeMs - testStartMs(timeline)) / timeline.intervalMs);
  const first = Math.max(0, rowAt(fromMs));
  const last = Math.min(timeline.testRows, rowAt(toMs)) - 1;
  return first <= last ? [first, last] : null;
}
