import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import { buildModel } from '../../pipelines/autoencoders/architectures.ts';
import type { ArchitectureDescription, WindowShape } from '../../pipelines/autoencoders/architecture.ts';
import { featureLayout, type FeatureLayout } from '../../pipelines/features/feature-layout.ts';
import type { FeatureWindows, ScoredWindows, ScoringRuntime } from '../../pipelines/ports.ts';
import { channelErrors, reconstructionError } from '../../pipelines/scoring/reconstruction-error.ts';
import { errorMeasure, scoredWindows } from '../../pipelines/scoring/scored-windows.ts';
import { openOnnxRuntime } from '../../services/adapters/onnx/onnx-runtime.ts';
import { useWasmBackend } from '../../services/adapters/tfjs/wasm-backend.ts';
import { exampleArchitectures, exampleBundle, exampleWindows, someOf } from '../conformance/example-models.ts';

const shapes: readonly WindowShape[] = [
  { rows: 8, features: 2, scoredFeatures: 2 },
  { rows: 12, features: 5, scoredFeatures: 3 },
  { rows: 32, features: 7, scoredFeatures: 7 },
];
const batchSizes = [1, 2, 7, 64, 257];

describe('law 2: runtimes agree', () => {
  let runtime: ScoringRuntime;
  before(async () => {
    await useWasmBackend();
    runtime = await openOnnxRuntime({ workers: 0 });
  });
  after(() => runtime.close());

  for (const architecture of exampleArchitectures)
    for (const shape of shapes)
      it(`${architecture.name} ${JSON.stringify(architecture.settings)} on ${Object.values(shape).join(' x ')}`, async () => {
        const model = buildModel(architecture, shape, 3);
        const bundle = exampleBundle(shape, 4, { architecture, onnx: model.exportOnnx() });
        const layout = featureLayout(bundle.manifest.definition);
        await runtime.load('model', bundle);
        for (const count of batchSizes) {
          const windows = exampleWindows(shape, count, count);
          const onnx = await runtime.score('model', someOf(windows));
          const tensorflow = scoreWithTensorFlow(architecture, shape, windows);
          const found = scoresOf(layout, onnx, count);
          scoresOf(layout, tensorflow, count).forEach((score, window) => {
            const bound = 1e-5 * Math.max(score, 1e-4);
            assert.ok(
              Math.abs(found[window]! - score) <= bound,
              `window ${window} of ${count}: ${found[window]} for ${score}`,
            );
          });
          assertNear(onnx.latent, tensorflow.latent);
          assertNear(onnx.reconstruction, tensorflow.reconstruction);
        }
        await runtime.unload('model');
        model.dispose();
      });
});

function scoreWithTensorFlow(
  architecture: ArchitectureDescription,
  shape: WindowShape,
  windows: FeatureWindows,
): ScoredWindows {
  const model = buildModel(architecture, shape, 3);
  const [reconstruction, latent] = tf.tidy(() => {
    const cells = tf.tensor3d(windows.features, [windows.count, shape.rows, shape.features]);
    return [model.reconstruct(cells).dataSync<'float32'>(), model.encode(cells).dataSync<'float32'>()];
  });
  model.dispose();
  const { manifest } = exampleBundle(shape, 4, { architecture, onnx: null });
  return scoredWindows(shape, errorMeasure(manifest), windows, reconstruction, latent);
}

/** reconstructionError of each window; the score is that over a holdout median, here 1. */
function scoresOf(layout: FeatureLayout, { featureErrors }: ScoredWindows, count: number): number[] {
  const errors = new Float64Array(layout.scored.length);
  return Array.from({ length: count }, (_, window) => {
    channelErrors(layout, featureErrors, window, errors);
    return reconstructionError(
      errors,
      layout.scored.map(() => 1),
    ).reconstructionError;
  });
}

function assertNear(found: Float32Array, expected: Float32Array): void {
  assert.equal(found.length, expected.length);
  const distance = found.reduce((most, value, index) => Math.max(most, Math.abs(value - expected[index]!)), 0);
  assert.ok(distance < 1e-5, `off by ${distance}`);
}
