import { join } from 'node:path';
import { CupolaError } from '../../../pipelines/errors.ts';
import { decodeTelemetry } from '../../../pipelines/telemetry/binary-codec.ts';
import { selectWindows } from '../../../pipelines/training/select-windows.ts';
import { trainingWindows } from '../../../pipelines/training/training-windows.ts';
import type { StreamTelemetry } from '../../console/export/stream-telemetry.ts';
import type { Config } from '../config-schema.ts';
import { parseScaling, type ImportRequest } from './import-on-dataset.ts';
import { storeImport, type StoredImport } from './stored-import.ts';

/** Which model to take in for a stream of a running system. */
export type StreamImport = Pick<ImportRequest, 'onnx' | 'source' | 'scaling' | 'layout' | 'output' | 'code'> & {
  readonly telemetry: StreamTelemetry;
  /** The system's: its training and its threshold hold, and its models are where the bundle goes. */
  readonly config: Config;
  /** In place of the system's own folder. */
  readonly modelsDir: string | undefined;
};

/**
 * Takes in a model as importModel does, bound to a stream of a running system: its newest normal telemetry calibrates it, as it
 * trains one of ours. It can be promoted then.
 *
 * Errors: CUPOLA_IMPORT_REFUSED, CUPOLA_USAGE_INVALID, CUPOLA_TRAINING_TOO_SHORT.
 */
export async function importOnStream(request: StreamImport): Promise<StoredImport> {
  const { onnx, source, telemetry, config, layout, output, code } = request;
  const { definition, abnormal } = telemetry;
  const { strideCells, holdoutShare } = config.training;
  const samples = decodeTelemetry(Buffer.from(telemetry.samples, 'base64'));
  if (samples.type !== 'samples') throw new CupolaError('CUPOLA_TELEMETRY_UNDECODABLE', 'a tick came for samples');
  const windows = trainingWindows(definition, samples, strideCells * definition.intervalMs);
  const selection = selectWindows(windows, abnormal, holdoutShare);
  const modelsDir = request.modelsDir ?? config.modelsDir ?? join(config.dataDir, 'models');
  const scaling = parseScaling(request.scaling);
  const threshold = config.thresholds.default;
  return storeImport(onnx, { source, definition, selection, threshold, scaling, layout, output, code }, modelsDir);
}
