import packageFile from '../../../package.json' with { type: 'json' };
import type { Bundle } from '../../../pipelines/autoencoders/bundle.ts';
import { bundleVersion } from '../../../pipelines/autoencoders/bundle.ts';
import { modelCard, type ModelCard } from '../../../pipelines/training/model-card/model-card.ts';
import { openOnnxRuntime } from '../../adapters/onnx/onnx-runtime.ts';
import { modelTelemetry, type TelemetryChoice } from '../model-telemetry.ts';
import { codedWindows } from './coded-windows.ts';

export { modelCardHtml } from '../../console/model-card/model-card-html.ts';

/**
 * The card of a bundle, its latent units shown on windows of this telemetry; on none where it is null.
 *
 * Errors: those of modelTelemetry; CUPOLA_RUNTIME_FAILED.
 */
export async function recordedCard(
  bundle: Bundle,
  telemetry: TelemetryChoice | null,
  signal: AbortSignal,
  onProgress: (windows: number) => void = () => {},
): Promise<ModelCard> {
  const version = bundleVersion(bundle);
  const isShown = telemetry !== null && bundle.onnx !== null;
  if (!isShown) return modelCard(version, bundle, [], packageFile.version);
  const samples = await modelTelemetry(bundle.manifest.definition, telemetry, signal);
  const runtime = await openOnnxRuntime();
  try {
    const windows = await codedWindows(bundle, samples, runtime, onProgress);
    return await modelCard(version, bundle, windows, packageFile.version);
  } finally {
    await runtime.close();
  }
}
