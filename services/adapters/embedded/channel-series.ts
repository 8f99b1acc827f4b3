import type { TimeRange } from '../../../pipelines/ports.ts';
import type { StreamDefinition } from '../../../pipelines/telemetry/stream-definition.ts';
import { rowsOfStrides } from './history-columns.ts';
import { mergeColumns, within } from './series-columns.ts';
import type { SeriesColumns } from './series-columns.ts';
import { seriesKinds } from './series-store.ts';
import type { SeriesStore } from './series-store.ts';

/** Where series are read, and of which stream. */
export interface StreamSeries {
  readonly series: SeriesStore;
  readonly streamId: number;
  readonly definitions: Iterable<StreamDefinition>;
}

/** One channel's telemetry over all versions that have the channel, ascending. */
export function telemetryOf({ series, streamId, definitions }: StreamSeries, channelId: string, range: TimeRange) {
  const parts: SeriesColumns[] = [];
  for (const { version, channels } of definitions) {
    const channel = channels.findIndex(({ id }) => id === channelId);
    parts.push(series.read({ streamId, kind: seriesKinds.telemetry, version }, channel, range));
  }
  return mergeColumns(parts);
}

/** One channel's reconstruction over all versions that score the channel, a value a grid row, ascending. */
export function reconstructionOf({ series, streamId, definitions }: StreamSeries, channelId: string, range: TimeRange) {
  const parts: SeriesColumns[] = [];
  for (const { version, channels, strideMs, intervalMs } of definitions) {
    const channel = channels.filter(({ role }) => role === 'scored').findIndex(({ id }) => id === channelId);
    const windowEnds = { fromMs: range.fromMs, toMs: range.toMs + strideMs };
    const strides = series.read({ streamId, kind: seriesKinds.reconstruction, version }, channel, windowEnds);
    parts.push(within(rowsOfStrides(strides, intervalMs), range));
  }
  return mergeColumns(parts);
}
