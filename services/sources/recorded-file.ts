import { readFile } from 'node:fs/promises';
import { gunzip } from 'node:zlib';
import { promisify } from 'node:util';
import { CupolaError } from '../../pipelines/errors.ts';

const inflate = promisify(gunzip);

/**
 * The bytes of a recorded file, or of the same file with `.gz` behind its name; decompressed where they are gzip's,
 * whatever the name.
 *
 * Errors: CUPOLA_DATASET_NOT_FOUND, with what was `expected`; CUPOLA_DATASET_INVALID where the compressed data are damaged.
 */
export async function readRecordedFile(path: string, expected: string): Promise<Uint8Array> {
  const bytes = (await readIfThere(path)) ?? (await readIfThere(`${path}.gz`));
  if (bytes === null)
    throw new CupolaError('CUPOLA_DATASET_NOT_FOUND', `there is neither ${path} nor ${path}.gz; ${expected}`, {
      field: path,
      bound: expected,
    });
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  return inflate(bytes).catch((cause: Error) => {
    throw new CupolaError('CUPOLA_DATASET_INVALID', `${path} cannot be decompressed: ${cause.message}`, {
      field: path,
      cause,
    });
  });
}

async function readIfThere(path: string): Promise<Uint8Array | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
