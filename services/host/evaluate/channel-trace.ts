import type { DatasetMember } from '../../../pipelines/evaluation/datasets/recording.ts';

/** Telemetry of one channel over the rows that count, decimated: the least and the greatest value of each bin of rows. */
export interface ChannelTrace {
  readonly channelId: string;
  /** null where a bin has no finite value. */
  readonly min: readonly (number | null)[];
  readonly max: readonly (number | null)[];
}

const bins = 480;

/** The trace of the column that contributed most to what was found, or else of column 0. */
export function channelTrace(member: DatasetMember, topChannelId: string | undefined): ChannelTrace {
  const { recording, timeline } = member;
  const { channels } = recording.definition;
  const column = Math.max(
    0,
    channels.findIndex(({ id }) => id === topChannelId),
  );
  const firstRow = timeline?.trainingRows ?? 0;
  const rows = timeline?.testRows ?? recording.timeMs.length;
  const count = Math.min(bins, rows);
  const min: (number | null)[] = [];
  const max: (number | null)[] = [];
  for (let bin = 0; bin < count; bin++) {
    let low = Infinity;
    let high = -Infinity;
    for (let row = Math.floor((bin * rows) / count); row < Math.floor(((bin + 1) * rows) / count); row++) {
      const value = recording.values[(firstRow + row) * channels.length + column]!;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    min.push(Number.isFinite(low) ? low : null);
    max.push(Number.isFinite(high) ? high : null);
  }
  return { channelId: channels[column]!.id, min, max };
}
