import { csvStream } from './csv-stream.ts';
import type { Dataset } from './dataset.ts';
import { recordedSeries } from './recorded-series.ts';

/** Any CSV files of time and values, one a stream; see decodeRecordedTable for their form, and csvStream for what is made of them. */
export const csvSeries: Dataset = {
  name: 'csv',
  summary:
    'Any CSV file of time and values, with a column `label` (0 or 1) if there are labels, or a folder of them, one a stream.',
  folder: '',
  sharedFiles: [],
  members: (paths) => paths.filter((path) => path.endsWith('.csv')).map((path) => path.slice(0, -'.csv'.length)),
  filesOf: (member) => [`${member}.csv`],
  decode: (member, files, options) =>
    recordedSeries(member, files.get(`${member}.csv`)!, {}, (table) => csvStream(member, 'csv', table, options)),
};
