import type { StreamDefinition } from '../../telemetry/stream-definition.ts';
import { invalidDataset } from './invalid-dataset.ts';
import { decodeRecordedTable, type RecordedTable } from './recorded-table.ts';
import type { DatasetMember } from './recording.ts';
import { rowRangesOfFlags } from './row-range.ts';

/**
 * A CSV file of time and values as the recording of a stream, with the labels that it has.
 *
 * Errors: CUPOLA_DATASET_INVALID where no line is a row, or the rows have other columns than the stream has channels.
 */
export function recordedSeries(
  member: string,
  bytes: Uint8Array,
  { utcOffsetMs = 0 }: { readonly utcOffsetMs?: number },
  define: (table: RecordedTable) => StreamDefinition,
): DatasetMember {
  const table = decodeRecordedTable(bytes, utcOffsetMs);
  const { timeMs, columns, values, labels, rejected } = table;
  const [first] = rejected;
  if (timeMs.length === 0)
    invalidDataset(
      `${member} rows`,
      first ? `none (${first.position}: ${first.detail})` : 'none',
      'at least one time and value',
    );
  const definition = define(table);
  const channels = definition.channels.length;
  if (columns.length !== channels)
    invalidDataset(`${member} columns`, columns.join(', ') || 'none', `${channels} beside the time`);
  return {
    name: member,
    recording: { definition, timeMs, values, rejected },
    timeline: null,
    labelled: rowRangesOfFlags(labels),
  };
}
