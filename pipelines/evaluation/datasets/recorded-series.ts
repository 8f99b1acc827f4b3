import type { StreamDefinition } from '../../telemetry/stream-definition.ts';
import { invalidDataset } from './invalid-dataset.ts';
import type { DatasetMember } from './recording.ts';
import { decodeTimeValueCsv } from './time-value-csv.ts';

/**
 * A CSV file of time and value as the recording of a stream with one channel, with no labels.
 *
 * Errors: CUPOLA_DATASET_INVALID where no line is a row.
 */
export function recordedSeries(
  member: string,
  bytes: Uint8Array,
  { utcOffsetMs = 0 }: { readonly utcOffsetMs?: number },
  define: (timeMs: Float64Array) => StreamDefinition,
): DatasetMember {
  const { timeMs, value, rejected } = decodeTimeValueCsv(bytes, utcOffsetMs);
  if (timeMs.length === 0)
    invalidDataset(
      `${member} rows`,
      rejected[0] ? `none: ${rejected[0].detail}` : 'none',
      'at least one time and value',
    );
  return {
    name: member,
    recording: { definition: define(timeMs), timeMs, values: value, rejected },
    timeline: null,
    labelled: [],
  };
}
