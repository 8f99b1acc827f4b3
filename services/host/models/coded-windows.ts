import { bundleVersion, type Bundle } from '../../../pipelines/autoencoders/bundle.ts';
import { recordedWindows } from '../../../pipelines/evaluation/recorded-windows.ts';
import { allocateFeatureWindows, createWindowEncoder } from '../../../pipelines/features/encode-window.ts';
import { featureLayout } from '../../../pipelines/features/feature-layout.ts';
import type { ScoringRuntime } from '../../../pipelines/ports.ts';
import type { SampleBatch } from '../../../pipelines/telemetry/sample-batch.ts';
import type { ActivatedWindow } from '../../../pipelines/training/model-card/activated-window.ts';

/** Windows of a recording at most; more are thinned out. */
const mostWindows = 8192;
const windowsAtOnce = 512;

/** Windows of recorded samples with the codes that a model gives them; none where it has no code. */
export async function codedWindows(
  bundle: Bundle,
  samples: SampleBatch,
  runtime: ScoringRuntime,
  onProgress: (windows: number) => void,
): Promise<readonly ActivatedWindow[]> {
  const { definition, scaler } = bundle.manifest;
  const layout = featureLayout(definition);
  const encode = createWindowEncoder(layout, scaler);
  const windows = recordedWindows(definition, [samples], samples.eventTimeMs.at(-1)! + 1, mostWindows);
  const version = bundleVersion(bundle);
  await runtime.load(version, bundle);
  const coded: ActivatedWindow[] = [];
  for (let first = 0; first < windows.length; first += windowsAtOnce) {
    const some = windows.slice(first, first + windowsAtOnce);
    const encoded = allocateFeatureWindows(layout, some.length);
    some.forEach((window, index) => encode(window, encoded, index));
    const { latent } = await runtime.score(version, encoded);
    const units = latent.length / some.length;
    onProgress(first + some.length);
    if (units === 0) break;
    some.forEach((window, index) =>
      coded.push({
        startMs: window.startMs,
        endMs: window.endMs,
        code: latent.subarray(index * units, (index + 1) * units),
        cells: async () => window,
      }),
    );
  }
  await runtime.unload(version);
  return coded;
}
