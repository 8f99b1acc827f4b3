import type { Dataset, DatasetFiles } from './dataset.ts';
import { invalidDataset } from './invalid-dataset.ts';
import { decodeNpy, decodeNpyMatrix } from './npy.ts';
import { recordedStream, type RecordedStreamOptions } from './recorded-stream.ts';
import type { DatasetMember } from './recording.ts';
import { rowRangesOfFlags, type RowRange } from './row-range.ts';
import { decodeTrainingAndTest, joinTrainingAndTest, type TrainingAndTest } from './training-and-test.ts';

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
  return [`train/${machine}.npy`, ...testFilesOf(machine)];
}

/**
 * The leading rows of each machine's test part that TSB-AD fits on. Source: the names of its files (`..._tr_4529_...`; Liu
 * and Paparrizos, "The Elephant in the Room", NeurIPS 2024).
 */
const leadingRows: Readonly<Record<string, number>> = {
  'machine-1-2': 4529,
  'machine-1-5': 5926,
  'machine-1-7': 737,
  'machine-2-1': 5923,
  'machine-2-2': 5925,
  'machine-2-3': 757,
  'machine-2-7': 564,
  'machine-2-8': 5925,
  'machine-3-10': 500,
  'machine-3-4': 2634,
};

/**
 * SMD as TSB-AD splits it: a machine is the rows of its test part alone; its leading rows teach, and then all of its rows,
 * those included, are watched and count.
 */
export const smdTsbAd: Dataset = {
  name: 'smd-tsb-ad',
  summary: 'Ten of the server machines by the split of TSB-AD: fitted on the leading rows of the test part.',
  folder: 'smd',
  sharedFiles: [],
  members: (paths) =>
    Object.keys(leadingRows).filter((machine) => testFilesOf(machine).every((path) => paths.includes(path))),
  filesOf: testFilesOf,
  decode: (machine, files, options) => {
    const [testFile] = testFilesOf(machine);
    const test = decodeNpyMatrix(files.get(testFile)!, testFile);
    const rows = leadingRows[machine] ?? invalidDataset('machine', machine, 'one that TSB-AD has a split of');
    if (rows > test.rows) invalidDataset(`${testFile} rows`, test.rows, `at least ${rows}`);
    const training = { rows, columns: test.columns, data: test.data.slice(0, rows * test.columns) };
    return machineOf(machine, joinTrainingAndTest(training, test, minute), files, options);
  },
};

function testFilesOf(machine: string): [test: string, labels: string] {
  return [`test/${machine}.npy`, `test_label/${machine}.npy`];
}

function decodeMachine(machine: string, files: DatasetFiles, options: RecordedStreamOptions): DatasetMember {
  const [trainFile, testFile] = filesOf(machine);
  return machineOf(machine, decodeTrainingAndTest(files, trainFile, testFile, minute), files, options);
}

function machineOf(
  machine: string,
  { columns, timeline, ...rows }: TrainingAndTest,
  files: DatasetFiles,
  options: RecordedStreamOptions,
): DatasetMember {
  const definition = recordedStream(
    {
      stream: machine,
      name: `Server ${machine}`,
      subsystem: 'SMD',
      source: 'smd',
      intervalMs: minute,
      strideRows: 8,
      staleAfterMs: 5 * minute,
      // Every row has all channels: a window with a missing one reaches out of its part.
      maxMissingShare: 0,
      warmUpMs: timeline.trainingRows * minute,
      channels: Array.from({ length: columns }, (_, column) => ({
        id: `${machine}/${column + 1}`,
        name: `${machine} metric ${column + 1}`,
        kind: 'real' as const,
        // Values were brought into [0, 1] by their range.
        leastDeviation: 0.05,
      })),
    },
    options,
  );
  const labelFile = testFilesOf(machine)[1];
  const labelled = decodeLabels(files.get(labelFile)!, labelFile, timeline.testRows);
  return { name: machine, recording: { definition, ...rows }, timeline, labelled };
}

function decodeLabels(bytes: Uint8Array, field: string, rows: number): RowRange[] {
  const { data } = decodeNpy(bytes, field);
  if (data.length !== rows) invalidDataset(`${field} rows`, data.length, `${rows}, as in the test part`);
  return rowRangesOfFlags(data);
}
