import { join } from 'node:path';
import { CupolaError } from '../../../pipelines/errors.ts';
import { readRecordedFile } from '../../sources/recorded-file.ts';

const file = 'ECG5000_TRAIN.txt';
const folder = 'ecg5000-train';

/**
 * The bytes of ECG5000 and the name of their file, from its own folder or one that holds that among others.
 *
 * Errors: CUPOLA_DATASET_NOT_FOUND, CUPOLA_DATASET_INVALID.
 */
export async function readHeartbeats(dataDir: string): Promise<[bytes: Uint8Array, file: string]> {
  const expected = `ecg5000 consists of ${file} (as it is, or with .gz)`;
  try {
    return [await readRecordedFile(join(dataDir, folder, file), expected), file];
  } catch (error) {
    if (!(error instanceof CupolaError) || error.code !== 'CUPOLA_DATASET_NOT_FOUND') throw error;
    return [await readRecordedFile(join(dataDir, file), expected), file];
  }
}
