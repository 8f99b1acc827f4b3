import type { DeadLetter } from '../../telemetry/source-samples.ts';
import type { StreamDefinition } from '../../telemetry/stream-definition.ts';
import type { RowRange } from './row-range.ts';
import type { RowTimeline } from './row-timeline.ts';

/** Something in a recording that did not become a row. */
export interface RejectedRow extends Omit<DeadLetter, 'source'> {
  /** Index of the first row that stands after it. */
  readonly beforeRow: number;
}

/** One stream's telemetry as it was recorded: rows with a value of every channel each, in the order of the recording. */
export interface Recording {
  readonly definition: StreamDefinition;
  /** Event time of each row. */
  readonly timeMs: Float64Array;
  /** rows x channels, row-major, channels in the definition's order. */
  readonly values: Float64Array | Float32Array;
  /** Ascending by `beforeRow`. */
  readonly rejected: readonly RejectedRow[];
}

/** One channel, machine or series of a data set. */
export interface DatasetMember {
  readonly name: string;
  readonly recording: Recording;
  /** Which rows are for training and which for the test; null where the data set does not say. */
  readonly timeline: RowTimeline | null;
  /**
   * Labelled anomalies, ascending, as rows of the test part, or of the whole recording where `timeline` is null; empty
   * where the data set has no labels.
   */
  readonly labelled: readonly RowRange[];
}

/** Event times of the rows that count: of the test part, or of the whole recording where there is none. */
export function countedTimesMs({ recording: { timeMs }, timeline }: DatasetMember): Float64Array {
  return timeMs.subarray(timeline?.trainingRows ?? 0);
}
