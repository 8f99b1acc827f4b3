import { readFileSync } from 'node:fs';
import { CupolaError } from '../../pipelines/errors.ts';

/** The text of a file that the configuration names. Errors: CUPOLA_FILE_UNUSABLE. */
export function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const detail = `${path} cannot be read (${(cause as NodeJS.ErrnoException).code})`;
    throw new CupolaError('CUPOLA_FILE_UNUSABLE', detail, { field: 'path', value: path, cause });
  }
}
