import type { Dataset, DatasetFiles } from './dataset.ts';
import { invalidDataset } from './invalid-dataset.ts';
import { decodeNpy } from './npy.ts';
import { recordedStream, type RecordedStreamOptions } from './recorded-stream.ts';
import type { DatasetMember } from './recording.ts';
import { rowRangesOfFlags, type RowRange } from './row-range.ts';
import { decodeTrainingAndTest } from './training-and-test.ts';

const minute = 60_000;

/**
 * The Server Machine Dataset: machines with 38 channels each, one row a minute, with labelled anomalies in the test part.
 *
 * Source: Su et al., "Robust Anomaly Detection for Multivariate Time Series through Stochastic Recurrent Neural Network",
 * KDD 2019.
 */
export const smd: Dataset = {
  name: 'smd',
  summary: 'Server machines with 38 channels and labelled anomalies, one machine a stream, one row a minute.',
  folder: 'smd',
  sharedFiles: [],
  members: (paths) =>
    paths
      .flatMap((path) => /^test\/(machine-\d+-\d+)\.npy$/.exec(path)?.[1] ?? [])
      .filter((machine) => filesOf(machine).every((path) => paths.includes(path))),
  filesOf,
  decode: decodeMachine,
};

function filesOf(machine: string): [train: string, test: string, labels: string] {
  return [`train/${machine}.npy`, `test/${machine}.npy`, `test_label/${machine}.npy`];
}

function decodeMachine(machine: string, files: DatasetFiles, options: RecordedStreamOptions): DatasetMember {
  const [trainFile, testFile, labelFile] = filesOf(machine);
  const { columns, timeline, ...rows } = decodeTrainingAndTest(files, trainFile, testFile, minute);
  const definition = recordedStream(
    {
      stream: machine,
      name: `Server ${machine}`,
      subsystem: 'SMD',
      source: 'smd',
      intervalMs: minute,
      strideRows: 8,
      staleAfterMs: 5 * minute,
      warmUpMs: timeline.trainingRows * minute,
      channels: Array.from({ length: columns }, (_, column) => ({
        id: `${machine}/${column + 1}`,
        name: `${machine} metric ${column + 1}`,
        kind: 'real' as const,
      })),
    },
    options,
  );
  const labelled = decodeLabels(files.get(labelFile)!, labelFile, timeline.testRows);
  return { name: machine, recording: { definition, ...rows }, timeline, labelled };
}

function decodeLabels(bytes: Uint8Array, field: string, rows: number): RowRange[] {
  const { data } = decodeNpy(bytes, field);
  if (data.length !== rows) invalidDataset(`${field} rows`, data.length, `${rows}, as in the test part`);
  return rowRangesOfFlags(data);
}
