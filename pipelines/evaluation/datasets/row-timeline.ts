import type { RowRange } from './row-range.ts';

/**
 * Where recordings without times of their own end. They end together, rather than begin together, so that their test parts,
 * replayed side by side, end as one; and at midnight, so that the last window ends with the last row.
 */
const recordingsEndMs = Date.UTC(2020, 0, 1);

/** The silence between the parts: longer than any value is carried, so that no window holds rows of both. */
const silenceMs = 24 * 3_600_000;

/** A training and a test part as one timeline. They were recorded apart, so a day lies between them. */
export interface RowTimeline {
  /** Event time of the first training row. */
  readonly startMs: number;
  readonly intervalMs: number;
  readonly trainingRows: number;
  readonly testRows: number;
}

/** The timeline of a recording without times of its own: its last row's cell ends at 2020-01-01T00:00:00Z. */
export function rowTimeline(intervalMs: number, trainingRows: number, testRows: number): RowTimeline {
  const rows = trainingRows + silenceRows(intervalMs) + testRows;
  return { startMs: recordingsEndMs - rows * intervalMs, intervalMs, trainingRows, testRows };
}

/** Event times of all rows, the training part's first. */
export function rowTimesMs(timeline: RowTimeline): Float64Array {
  const { startMs, intervalMs, trainingRows, testRows } = timeline;
  const testFromMs = testStartMs(timeline);
  return Float64Array.from({ length: trainingRows + testRows }, (_, row) =>
    row < trainingRows ? startMs + row * intervalMs : testFromMs + (row - trainingRows) * intervalMs,
  );
}

/** Event time at which the training part ends: one interval after its last row. */
export function trainingEndMs({ startMs, intervalMs, trainingRows }: RowTimeline): number {
  return startMs + trainingRows * intervalMs;
}

/** Event time of the first test row. */
export function testStartMs(timeline: RowTimeline): number {
  return trainingEndMs(timeline) + silenceRows(timeline.intervalMs) * timeline.intervalMs;
}

/** The rows of the test part whose event times lie in [fromMs, toMs); null where there is none. */
export function testRowsWithin(timeline: RowTimeline, fromMs: number, toMs: number): RowRange | null {
  const rowAt = (timeMs: number): number => Math.ceil((timeMs - testStartMs(timeline)) / timeline.intervalMs);
  const first = Math.max(0, rowAt(fromMs));
  const last = Math.min(timeline.testRows, rowAt(toMs)) - 1;
  return first <= last ? [first, last] : null;
}

function silenceRows(intervalMs: number): number {
  return Math.ceil(silenceMs / intervalMs);
}
