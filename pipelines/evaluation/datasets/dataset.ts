import type { DatasetMember } from './recording.ts';
import type { RecordedStreamOptions } from './recorded-stream.ts';

/** A file's bytes, decompressed, by its path in the data set's folder. */
export type DatasetFiles = ReadonlyMap<string, Uint8Array>;

/** A data set that `replay` can read: which files it consists of, and what their bytes mean. */
export interface Dataset {
  readonly name: string;
  /** One line for people. */
  readonly summary: string;
  /** The folder that it has among others; '' where it has none of its own. */
  readonly folder: string;
  /** Files that all members share, such as labels. */
  readonly sharedFiles: readonly string[];
  /** Its members, given the paths of all files in the folder (without `.gz`) and the shared files. */
  members(paths: readonly string[], shared: DatasetFiles): readonly string[];
  /** The files of one member. */
  filesOf(member: string): readonly string[];
  /** Decodes one member from its own and the shared files. Errors: CUPOLA_DATASET_INVALID, CUPOLA_STREAM_INVALID. */
  decode(member: string, files: DatasetFiles, options: RecordedStreamOptions): DatasetMember;
}
