import { z } from 'zod';
import { readForeignModel } from '../../../pipelines/autoencoders/imported/foreign-model.ts';
import { windowRowsOf, type LayoutName } from '../../../pipelines/autoencoders/imported/window-layout.ts';
import { CupolaError } from '../../../pipelines/errors.ts';
import type { DatasetMember } from '../../../pipelines/evaluation/datasets/recording.ts';
import { presetFor } from '../../../pipelines/evaluation/presets.ts';
import { featureLayout } from '../../../pipelines/features/feature-layout.ts';
import { parseThreshold } from '../../../pipelines/thresholds/policies.ts';
import { datasetMembers, openDataset } from '../../sources/open-dataset.ts';
import { memberSelection } from '../evaluate/train-on-dataset.ts';
import type { ImportOptions } from './import-model.ts';
import { storeImport, type StoredImport } from './stored-import.ts';

/** Which model to take in, and the recording that it is a model of. */
export interface ImportRequest {
  readonly onnx: Uint8Array;
  readonly source: string;
  readonly dataset: string;
  readonly dataDir: string;
  /** May be left out where the data set has one. */
  readonly member: string | undefined;
  readonly preset: string;
  /** As the model's input says by default. */
  readonly rows: number | undefined;
  readonly strideRows: number | undefined;
  /** To be checked: see ImportOptions. */
  readonly scaling: unknown;
  readonly layout: LayoutName | undefined;
  readonly output: string | undefined;
  readonly code: string | undefined;
  readonly modelsDir: string;
}

const scalingSchema: z.ZodType<ImportOptions['scaling']> = z.union([
  z.enum(['standard', 'robust', 'min-max', 'none']),
  z.strictObject({ center: z.array(z.number()), scale: z.array(z.number().positive()) }),
]);

/**
 * Takes in a model as importModel does, bound to a recording: what trains a model of ours calibrates it.
 *
 * Errors: CUPOLA_IMPORT_REFUSED, CUPOLA_USAGE_INVALID; those of data sets; CUPOLA_TRAINING_TOO_SHORT.
 */
export async function importOnDataset(request: ImportRequest, signal: AbortSignal): Promise<StoredImport> {
  const { onnx, source, dataset, preset, layout, output, code, modelsDir } = request;
  const scaling = parseScaling(request.scaling);
  const settings = presetFor(preset, dataset);
  const member = await openMember(request, settings.strideRows);
  const { definition } = member.recording;
  const selection = await memberSelection(member, settings, signal);
  const threshold = parseThreshold(settings.threshold);
  return storeImport(onnx, { source, definition, selection, threshold, scaling, layout, output, code }, modelsDir);
}

/** The recording in windows of as many rows as the model takes. */
async function openMember(request: ImportRequest, presetStrideRows: number): Promise<DatasetMember> {
  const { dataset, dataDir, rows, layout, onnx } = request;
  const member = await oneMember(request);
  const [found] = await openDataset({ dataset, dataDir, member });
  const { features, scoredFeatures } = featureLayout(found!.recording.definition);
  const windowRows = rows ?? windowRowsOf(readForeignModel(onnx), [features, scoredFeatures], layout);
  if (windowRows === null) throw unusable('--rows', 'given: the dimensions of the input do not say how many');
  const strideRows = Math.min(request.strideRows ?? presetStrideRows, windowRows);
  const [opened] = await openDataset({ dataset, dataDir, member, options: { windowRows, strideRows } });
  return opened!;
}

async function oneMember({ dataset, dataDir, member }: ImportRequest): Promise<string> {
  const names = await datasetMembers({ dataset, dataDir, ...(member !== undefined && { member }) });
  if (names.length === 1) return names[0]!;
  throw unusable('--channel', `one of ${names.slice(0, 5).join(', ')} and ${Math.max(0, names.length - 5)} others`);
}

/** Errors: CUPOLA_USAGE_INVALID. */
export function parseScaling(scaling: unknown): ImportOptions['scaling'] {
  const parsed = scalingSchema.safeParse(scaling);
  if (parsed.success) return parsed.data;
  throw unusable(
    '--scaling',
    'standard, robust, min-max, none, or {"center": [...], "scale": [...]} with scales above 0',
  );
}

function unusable(field: string, bound: string): CupolaError {
  return new CupolaError('CUPOLA_USAGE_INVALID', `${field} must be ${bound}`, { field, bound });
}
