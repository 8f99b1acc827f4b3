import type { Bundle } from '../../../pipelines/autoencoders/bundle.ts';
import { CupolaError } from '../../../pipelines/errors.ts';
import { watchWithModel } from '../../../pipelines/evaluation/watch-with-model.ts';
import { GoverningModel } from '../../../pipelines/scoring/governing-model.ts';
import { openOnnxRuntime } from '../../adapters/onnx/onnx-runtime.ts';
import {
  codesTable,
  scoresTable,
  windowsTable,
  type ExportedScore,
  type ExportKind,
  type ExportTable,
} from '../../console/export/export-table.ts';
import { modelRecords, modelWindows, type TelemetryChoice } from '../model-telemetry.ts';

/**
 * What a model makes of recorded telemetry, by the detector itself under the model's own threshold; or the windows that it
 * sees.
 *
 * Errors: those of modelRecords; CUPOLA_MODEL_UNSUITED for codes of a model without one; CUPOLA_TRAINING_ABORTED.
 */
export async function recordedTable(
  kind: ExportKind,
  bundle: Bundle,
  telemetry: TelemetryChoice,
  onProgress: (windows: number) => void,
  signal: AbortSignal,
): Promise<ExportTable> {
  const { definition, architecture } = bundle.manifest;
  if (kind === 'windows') return windowsTable(definition, await modelWindows(definition, telemetry, signal));
  const scores = await watched(bundle, telemetry, onProgress, signal);
  if (kind === 'scores') return scoresTable(definition, scores);
  if (scores[0]?.latent.length === 0)
    throw new CupolaError('CUPOLA_MODEL_UNSUITED', `a model of ${architecture.name} has no latent code`, {
      field: 'architecture',
      value: architecture.name,
      bound: 'one of an autoencoder',
    });
  return codesTable(definition, scores);
}

async function watched(
  bundle: Bundle,
  telemetry: TelemetryChoice,
  onProgress: (windows: number) => void,
  signal: AbortSignal,
): Promise<readonly ExportedScore[]> {
  const scores: ExportedScore[] = [];
  const runtime = await openOnnxRuntime();
  try {
    const records = modelRecords(bundle.manifest.definition, telemetry, signal);
    for await (const { scored, ...judgement } of watchWithModel(new GoverningModel(bundle), records, runtime)) {
      scores.push(Object.assign(scored, { judgement }));
      onProgress(scores.length);
    }
  } finally {
    await runtime.close();
  }
  if (signal.aborted) throw new CupolaError('CUPOLA_TRAINING_ABORTED', 'the export was called off');
  return scores;
}
