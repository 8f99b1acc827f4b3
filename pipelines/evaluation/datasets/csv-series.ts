import { csvStream } from './csv-stream.ts';
import type { Dataset } from './dataset.ts';
import { recordedSeries } from './recorded-series.ts';

/** Any CSV files of time and value, one a stream; see csvStream for what is made of them. */
export const csvSeries: Dataset = {
  name: 'csv',
  summary: 'Any CSV file of time and value, or a folder of them, one file a stream.',
  folder: '',
  sharedFiles: [],
  members: (paths) => paths.filter((path) => path.endsWith('.csv')).map((path) => path.slice(0, -'.csv'.length)),
  filesOf: (member) => [`${member}.csv`],
  decode: (member, files, options) =>
    recordedSeries(member, files.get(`${member}.csv`)!, {}, (timeMs) => csvStream(member, 'csv', timeMs, options)),
};
