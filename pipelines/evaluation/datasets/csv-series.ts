import type { Dataset } from './dataset.ts';
import { invalidDataset } from './invalid-dataset.ts';
import { recordedStream } from './recorded-stream.ts';
import { recordedSeries } from './recorded-series.ts';

/**
 * Any CSV files of time and value, one a stream. The interval is the median distance of the times; the first 15 % of the
 * time is for warming up (as in the Numenta Anomaly Benchmark's probationary period).
 */
export const csvSeries: Dataset = {
  name: 'csv',
  summary: 'Any CSV file of time and value, or a folder of them, one file a stream.',
  folder: '',
  sharedFiles: [],
  members: (paths) => paths.filter((path) => path.endsWith('.csv')).map((path) => path.slice(0, -'.csv'.length)),
  filesOf: (member) => [`${member}.csv`],
  decode: (member, files, options) =>
    recordedSeries(member, files.get(`${member}.csv`)!, {}, (timeMs) => {
      const intervalMs = medianStepMs(timeMs, `${member}.csv`);
      const spanMs = timeMs.at(-1)! - timeMs[0]!;
      return recordedStream(
        {
          stream: streamName(member),
          name: member,
          source: 'csv',
          intervalMs,
          strideRows: 4,
          staleAfterMs: 10 * intervalMs,
          warmUpMs: Math.round((0.15 * spanMs) / intervalMs) * intervalMs,
          channels: [{ id: member, name: member, kind: 'real' }],
        },
        options,
      );
    }),
};

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
