import type { DatasetFiles } from './dataset.ts';
import { invalidDataset } from './invalid-dataset.ts';
import { decodeNpyMatrix, type NpyMatrix } from './npy.ts';
import type { Recording } from './recording.ts';
import { rowTimeline, rowTimesMs, type RowTimeline } from './row-timeline.ts';

/** A training and a test part, rows x columns each, on one timeline. */
export interface TrainingAndTest extends Pick<Recording, 'timeMs' | 'values' | 'rejected'> {
  readonly columns: number;
  readonly timeline: RowTimeline;
}

/**
 * Decodes two .npy matrices and puts the second after the first; in float32 where both are.
 *
 * Errors: CUPOLA_DATASET_INVALID.
 */
export function decodeTrainingAndTest(
  files: DatasetFiles,
  trainFile: string,
  testFile: string,
  intervalMs: number,
): TrainingAndTest {
  const training = decodeNpyMatrix(files.get(trainFile)!, trainFile);
  const test = decodeNpyMatrix(files.get(testFile)!, testFile);
  if (test.columns !== training.columns)
    invalidDataset(`${testFile} columns`, test.columns, `${training.columns}, as in ${trainFile}`);
  return joinTrainingAndTest(training, test, intervalMs);
}

/** Puts a test part after a training part with as many columns; in float32 where both are. */
export function joinTrainingAndTest(training: NpyMatrix, test: NpyMatrix, intervalMs: number): TrainingAndTest {
  const bothFloat32 = training.data instanceof Float32Array && test.data instanceof Float32Array;
  const values = new (bothFloat32 ? Float32Array : Float64Array)(training.data.length + test.data.length);
  values.set(training.data);
  values.set(test.data, training.data.length);
  const timeline = rowTimeline(intervalMs, training.rows, test.rows);
  return { columns: training.columns, timeline, timeMs: rowTimesMs(timeline), values, rejected: [] };
}
