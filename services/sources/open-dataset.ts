import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { CupolaError } from '../../pipelines/errors.ts';
import type { Dataset } from '../../pipelines/evaluation/datasets/dataset.ts';
import { findDataset } from '../../pipelines/evaluation/datasets/datasets.ts';
import { nearestNames } from '../../pipelines/telemetry/dictionary/nearest-names.ts';
import type { RecordedStreamOptions } from '../../pipelines/evaluation/datasets/recorded-stream.ts';
import type { DatasetMember } from '../../pipelines/evaluation/datasets/recording.ts';
import { withoutContext } from '../../pipelines/evaluation/datasets/without-context.ts';
import { readRecordedFile } from './recorded-file.ts';

/** Which recordings to open. */
export interface DatasetRequest {
  /** A name in pipelines/evaluation/datasets/datasets.ts. */
  readonly dataset: string;
  /** The data set's folder or one that holds it among others; for `csv` also a file. */
  readonly dataDir: string;
  /** One channel, machine or series; all of them by default. */
  readonly member?: string;
  readonly options?: RecordedStreamOptions;
}

/**
 * Reads the recordings of a data set, wholly into memory, in the data set's own order.
 *
 * Errors: CUPOLA_DATASET_NOT_FOUND, CUPOLA_DATASET_INVALID, CUPOLA_STREAM_INVALID.
 */
export async function openDataset(request: DatasetRequest): Promise<readonly DatasetMember[]> {
  const { dataset, folder, shared, names } = await found(request);
  const members: DatasetMember[] = [];
  for (const member of names) {
    const files = await readFiles(dataset, folder, dataset.filesOf(member));
    const decoded = dataset.decode(member, new Map([...shared, ...files]), request.options ?? {});
    const recording = request.options?.hidesContext ? withoutContext(decoded.recording) : decoded.recording;
    members.push({ ...decoded, recording });
  }
  return members;
}

/**
 * The names of the recordings that openDataset would read, in the data set's own order.
 *
 * Errors: CUPOLA_DATASET_NOT_FOUND, CUPOLA_DATASET_INVALID.
 */
export async function datasetMembers(request: DatasetRequest): Promise<readonly string[]> {
  return (await found(request)).names;
}

interface Found {
  readonly dataset: Dataset;
  readonly folder: string;
  readonly shared: ReadonlyMap<string, Uint8Array>;
  readonly names: readonly string[];
}

async function found(request: DatasetRequest): Promise<Found> {
  const dataset = findDataset(request.dataset);
  const { folder, only } = await locate(dataset, request.dataDir);
  const shared = await readFiles(dataset, folder, dataset.sharedFiles);
  const paths = await pathsIn(folder);
  const known = only ?? dataset.members(paths, shared);
  return { dataset, folder, shared, names: chosen(dataset, request, known, paths) };
}

/** The folder that holds the data set, and the one member that was asked for by naming a file. */
async function locate(dataset: Dataset, dataDir: string): Promise<{ folder: string; only: string[] | null }> {
  const own = join(dataDir, dataset.folder);
  if (await isDirectory(own)) return { folder: own, only: null };
  if (await isDirectory(dataDir)) return { folder: dataDir, only: null };
  if (dataset.name !== 'csv') notFound('dataDir', dataDir, `a folder that holds ${dataset.folder || 'the data set'}`);
  return { folder: dirname(dataDir), only: [basename(dataDir).replace(/(\.csv)?(\.gz)?$/, '')] };
}

async function isDirectory(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false;
}

/** Paths of all files, with `/` between folders and without `.gz`, in order. */
async function pathsIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true });
  return entries.map((path) => path.split(sep).join('/').replace(/\.gz$/, '')).sort();
}

async function readFiles(dataset: Dataset, folder: string, paths: readonly string[]): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const path of paths) files.set(path, await readRecordedFile(join(folder, path), layoutOf(dataset)));
  return files;
}

/** What a data set consists of, in words. */
function layoutOf(dataset: Dataset): string {
  const files = [...dataset.sharedFiles, ...dataset.filesOf('NAME')];
  return `${dataset.name} consists of ${files.join(', ')} (each as it is, or with .gz)`;
}

function chosen(
  dataset: Dataset,
  { dataDir, member }: DatasetRequest,
  known: readonly string[],
  paths: readonly string[],
): readonly string[] {
  const isAll = member === undefined || member === 'all';
  if (!isAll && (known.includes(member) || isThereInPart(dataset.filesOf(member), paths))) return [member];
  if (known.length === 0)
    notFound('dataDir', dataDir, `a folder that holds recordings of ${dataset.name}; ${layoutOf(dataset)}`);
  if (!isAll) notFound('channel', member, `all, or one of ${listOf(nearestNames(member, known, 5), known.length)}`);
  return known;
}

/** Then reading will say which file is missing. */
function isThereInPart(files: readonly string[], paths: readonly string[]): boolean {
  const there = files.filter((path) => paths.includes(path)).length;
  return there > 0 && there < files.length;
}

/** The first of some names, and how many there are besides. */
function listOf(first: readonly string[], count: number): string {
  const others = count - first.length;
  return first.join(', ') + (others > 0 ? ` and ${others} others` : '');
}

function notFound(field: string, value: string, bound: string): never {
  throw new CupolaError('CUPOLA_DATASET_NOT_FOUND', `${field} is ${value}, must be ${bound}`, { field, value, bound });
}
