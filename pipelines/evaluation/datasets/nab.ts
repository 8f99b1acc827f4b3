import { z } from 'zod';
import { csvStream } from './csv-stream.ts';
import type { Dataset, DatasetFiles } from './dataset.ts';
import { invalidDataset } from './invalid-dataset.ts';
import { recordedSeries } from './recorded-series.ts';
import { parseRecordedTime } from './recorded-time.ts';
import type { RowRange } from './row-range.ts';

const windowsFile = 'labels/combined_windows.json';

/** Times of the first and the last row, as the file has them. */
type WindowTimes = readonly [first: string, last: string];

/** By series, the times of the first and last row of each window. */
const windowsSchema = z.record(z.string(), z.array(z.tuple([z.string(), z.string()])));

/**
 * The Numenta Anomaly Benchmark: 58 series of one value each, with windows around their anomalies, as rows of the whole
 * series, since it has no training part. Some have times that repeat or go back.
 *
 * Source: Lavin and Ahmad, "Evaluating Real-time Anomaly Detection Algorithms", ICMLA 2015.
 */
export const nab: Dataset = {
  name: 'nab',
  summary: 'The 58 series of the Numenta Anomaly Benchmark with windows around their anomalies, one series a stream.',
  folder: 'nab',
  sharedFiles: [windowsFile],
  members: (paths, shared) => [...windowsIn(shared).keys()].filter((member) => paths.includes(fileOf(member))),
  filesOf: (member) => [fileOf(member)],
  decode: (member, files, options) => {
    const series = recordedSeries(member, files.get(fileOf(member))!, {}, (table) =>
      csvStream(member, 'nab', table, options),
    );
    const windows = windowsIn(files).get(member) ?? invalidDataset(windowsFile, `without ${member}`, 'all series');
    const { timeMs } = series.recording;
    const rowAt = (time: string): number => {
      const row = timeMs.indexOf(parseRecordedTime(time));
      return row === -1 ? invalidDataset(`${windowsFile} ${member}`, time, 'the time of a row') : row;
    };
    return { ...series, labelled: windows.map(([first, last]): RowRange => [rowAt(first), rowAt(last)]) };
  },
};

function fileOf(member: string): string {
  return `data/${member}.csv`;
}

/** The windows of each member. */
function windowsIn(files: DatasetFiles): ReadonlyMap<string, readonly WindowTimes[]> {
  const windows = parseWindows(files.get(windowsFile)!);
  return new Map(Object.entries(windows).map(([file, ranges]) => [file.replace(/\.csv$/, ''), ranges]));
}

function parseWindows(bytes: Uint8Array): z.output<typeof windowsSchema> {
  const bound = 'an object with pairs of times by series';
  try {
    return windowsSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (error) {
    const what = error instanceof z.ZodError ? z.prettifyError(error) : 'not JSON';
    return invalidDataset(windowsFile, what, bound);
  }
}
