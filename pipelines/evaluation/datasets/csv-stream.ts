import type { StreamDefinition } from '../../telemetry/stream-definition.ts';
import { invalidDataset } from './invalid-dataset.ts';
import type { RecordedTable } from './recorded-table.ts';
import { recordedStream, type RecordedStreamOptions } from './recorded-stream.ts';

/**
 * The stream of a series that says nothing of itself but times and values: a channel a column, of the member's name where it is
 * the only one. The interval is the median distance of the
 * times; the first 15 % of the time is for warming up (as in the Numenta Anomaly Benchmark's probationary period).
 *
 * Errors: CUPOLA_DATASET_INVALID where no time is later than the one before, CUPOLA_STREAM_INVALID.
 */
export function csvStream(
  member: string,
  source: string,
  { timeMs, columns }: Pick<RecordedTable, 'timeMs' | 'columns'>,
  options: RecordedStreamOptions,
): StreamDefinition {
  const intervalMs = medianStepMs(timeMs, `${member}.csv`);
  const names = columns.length === 1 ? [member] : columns;
  const spanMs = timeMs.at(-1)! - timeMs[0]!;
  return recordedStream(
    {
      stream: streamName(member),
      name: member,
      source,
      intervalMs,
      strideRows: 4,
      staleAfterMs: 10 * intervalMs,
      warmUpMs: Math.round((0.15 * spanMs) / intervalMs) * intervalMs,
      channels: names.map((name) => ({ id: name, name, kind: 'real' })),
    },
    options,
  );
}

/** A path as a stream may be named. */
function streamName(member: string): string {
  return member
    .replaceAll(/[^A-Za-z0-9._-]/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(-100);
}

/** The median of the steps forward, in whole ms. */
function medianStepMs(timeMs: Float64Array, field: string): number {
  const steps = timeMs.subarray(1).map((time, i) => time - timeMs[i]!);
  const forward = steps.filter((step) => step > 0).sort();
  const median =
    forward[forward.length >> 1] ?? invalidDataset(`${field} times`, 'never ascending', 'two or more in order');
  return Math.max(1, Math.round(median));
}
