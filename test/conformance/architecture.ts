import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import { parseArchitecture, type ArchitectureName } from '../../pipelines/autoencoders/architecture-settings.ts';
import type { ArchitectureDescription, TrainableModel } from '../../pipelines/autoencoders/architecture.ts';
import { buildModel } from '../../pipelines/autoencoders/architectures.ts';
import { canonicalJson, type Bundle } from '../../pipelines/autoencoders/bundle.ts';
import { describeArchitectures, type SettingDescription } from '../../pipelines/autoencoders/describe-architectures.ts';
import { fitModel } from '../../pipelines/autoencoders/fit.ts';
import type { FeatureWindows, ScoringRuntime, TrainingRequest } from '../../pipelines/ports.ts';
import { errorMeasure, scoredWindows } from '../../pipelines/scoring/scored-windows.ts';
import { manifestSchema } from '../../services/adapters/files/manifest-schema.ts';
import { openOnnxRuntime } from '../../services/adapters/onnx/onnx-runtime.ts';
import { useWasmBackend } from '../../services/adapters/tfjs/wasm-backend.ts';
import { exampleBundle, someOf } from './example-models.ts';
import { waves, wavesShape as shape } from './toy-waves.ts';

const { rows, scoredFeatures } = shape;
/** Of squared residuals, every window one stride. */
const squared = errorMeasure(exampleBundle(shape, rows).manifest);

/** An architecture as the suite takes it: small, and its learning rate and epochs where the usual ones do not suit it. */
export interface ArchitectureExample {
  readonly name: ArchitectureName;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly learningRate?: number;
  readonly maxEpochs?: number;
  /** Whether training changes it at all, and tells it what is abnormal in the toy problem. */
  readonly learns?: boolean;
  /** Whether chance has a part in it: a fit in closed form may be the same for all seeds. */
  readonly takesChances?: boolean;
}

/** The laws that every architecture keeps, whatever its settings. */
export function architectureConformance({
  name,
  settings,
  learningRate = 0.02,
  maxEpochs = 20,
  learns = true,
  takesChances = true,
}: ArchitectureExample): void {
  describe(`Architecture: ${name} ${JSON.stringify(settings)}`, () => {
    const architecture = parseArchitecture(name, settings);
    const isShare = settings['scaling'] === 'min-max';
    const range = isShare ? { middle: 0.5, amplitude: 0.4 } : { middle: 0, amplitude: 1.4 };
    const normal = (count: number, first: number): FeatureWindows => waves(count, first, 'together', range);
    const how = { seed: 7, batchSize: 32, learningRate, maxEpochs, patience: maxEpochs };
    let runtime: ScoringRuntime;
    let tensors = 0;
    let model: TrainableModel;
    let losses: readonly number[];
    let bundle: Bundle;

    async function fitted(
      request: Partial<TrainingRequest> = {},
    ): Promise<{ model: TrainableModel; losses: number[] }> {
      const model = buildModel(architecture, shape, request.seed ?? how.seed);
      const windows = { training: normal(128, 0), holdout: normal(40, 500) };
      const untrained = sum(squaredErrors(model, windows.holdout)) / 40;
      const { epochs } = await fitModel(
        model,
        { ...windows, ...how, ...request },
        { onProgress() {}, verdict: () => 'go on' },
      );
      return { model, losses: [untrained, ...epochs.map(({ holdoutLoss }) => holdoutLoss)] };
    }

    before(async () => {
      await useWasmBackend();
      runtime = await openOnnxRuntime({ workers: 0 });
      tensors = tf.memory().numTensors;
      ({ model, losses } = await fitted());
      bundle = exampleBundle(shape, rows, { architecture, onnx: model.exportOnnx() });
      await runtime.load(name, bundle);
    });
    after(async () => {
      await runtime.close();
      model.dispose();
      assert.equal(tf.memory().numTensors, tensors, 'a model keeps no tensor but its variables');
    });

    it('gives a reconstruction and a code in the shape of the windows, the scored features alone', () => {
      tf.tidy(() => {
        const windows = tensorOf(normal(5, 1));
        assert.deepEqual(model.reconstruct(windows).shape, [5, rows, scoredFeatures]);
        const code = model.encode(windows);
        assert.equal(code.shape[0], 5);
        assert.equal(code.rank, 2);
      });
    });

    if (learns)
      describe('that learns', () => {
        it('the loss falls on a toy problem', () => {
          assert.ok(Math.min(...losses) < 0.5 * losses[0]!, losses.join(' '));
        });

        it('reconstructs normal better than abnormal', () => {
          const [known, unknown] = [normal(40, 900), waves(40, 900, 'apart', range)].map((of) =>
            sum(squaredErrors(model, of)),
          );
          assert.ok(unknown! > 2 * known!, `normal ${known}, abnormal ${unknown}`);
        });
      });

    it('is built again from the description in its bundle', () => {
      const stored = manifestSchema.parse(JSON.parse(canonicalJson(bundle.manifest)));
      assert.deepEqual(stored.architecture, architecture);
      const [first, again] = [architecture, stored.architecture].map((of) => untrainedOnnx(of, 3));
      assert.deepEqual(again, first);
    });

    it('the exported model gives what the trained one does (law 2)', async () => {
      const windows = normal(61, 2);
      const own = scoredWindows(shape, squared, windows, reconstructionOf(model, windows), codeOf(model, windows));
      const exported = await runtime.score(name, someOf(windows));
      const [errors, expected] = [exported.featureErrors, own.featureErrors];
      const median = expected.toSorted()[expected.length >> 1]!;
      expected.forEach((error, at) =>
        assert.ok(Math.abs(errors[at]! - error) <= 1e-5 * Math.max(error, median, 1e-4), `${errors[at]} for ${error}`),
      );
      assertNear(exported.latent, own.latent);
      assertNear(exported.reconstruction, own.reconstruction);
    });

    it('a window has the same bits whatever batch it stands in (law 2)', async () => {
      const windows = normal(150, 3);
      const all = await runtime.score(name, someOf(windows));
      for (const [from, to] of [
        [0, 1],
        [0, 2],
        [0, 7],
        [143, 150],
        [149, 150],
        [86, 150],
      ] as const) {
        const part = await runtime.score(name, someOf(windows, from, to));
        for (const field of ['featureErrors', 'latent', 'reconstruction'] as const) {
          const width = all[field].length / 150;
          assert.deepEqual(part[field], all[field].slice(from * width, to * width), `${field} of ${from}-${to}`);
        }
      }
    });

    it(`a fit is the same for the same seed${takesChances ? ', and another for another' : ''}`, async () => {
      const onnx: Uint8Array[] = [];
      for (const seed of [7, 7, 8]) {
        const { model } = await fitted({ seed, maxEpochs: 1 });
        onnx.push(model.exportOnnx());
        model.dispose();
      }
      assert.deepEqual(onnx[1], onnx[0]);
      if (takesChances) assert.notDeepEqual(onnx[2], onnx[0]);
      else assert.deepEqual(onnx[2], onnx[0]);
    });

    it('refuses every setting out of bounds by name, value and bound', () => {
      const overview = describeArchitectures().find((known) => known.name === name)!;
      for (const [setting, about] of Object.entries(overview.settings))
        for (const [value, bound] of outOfBounds(about)) {
          const refused = { code: 'CUPOLA_ARCHITECTURE_INVALID', message: new RegExp(`${name}: ${setting}.*${bound}`) };
          assert.throws(() => parseArchitecture(name, { ...settings, [setting]: value }), refused);
        }
      assert.throws(() => parseArchitecture(name, { ...settings, nonsense: 1 }), /nonsense/);
      if ('loss' in overview.settings)
        assert.throws(
          () => parseArchitecture(name, { ...settings, scaling: 'robust', loss: 'bce' }),
          /loss is "bce".*min-max/,
        );
    });
  });
}

/** Values that a setting may not have, with what the refusal must name. */
function outOfBounds({
  type,
  minimum,
  maximum,
  exclusiveMinimum,
  items,
  maxItems,
  const: only,
  enum: choices,
}: SettingDescription): [unknown, string][] {
  const found: [unknown, string][] = [[null, '']];
  if (minimum !== undefined) found.push([minimum - 1, `${minimum}`]);
  if (exclusiveMinimum !== undefined) found.push([exclusiveMinimum, `${exclusiveMinimum}`]);
  if (maximum !== undefined) found.push([maximum + 1, `${maximum}`]);
  if (type === 'integer') found.push([1.5, 'int']);
  if (only !== undefined) found.push(['nonsense', only]);
  if (choices) found.push(['nonsense', choices[0]!]);
  if (items?.maximum !== undefined) found.push([[items.maximum + 1], `${items.maximum}`]);
  if (maxItems !== undefined) found.push([Array(maxItems + 1).fill(items?.minimum ?? 1), `${maxItems}`]);
  return found;
}

function untrainedOnnx(architecture: ArchitectureDescription, seed: number): Uint8Array {
  const model = buildModel(architecture, shape, seed);
  const onnx = model.exportOnnx();
  model.dispose();
  return onnx;
}

function tensorOf({ count, features }: FeatureWindows): tf.Tensor3D {
  return tf.tensor3d(features, [count, rows, shape.features]);
}

function reconstructionOf(model: TrainableModel, windows: FeatureWindows): Float32Array {
  return tf.tidy(() => model.reconstruct(tensorOf(windows)).dataSync<'float32'>());
}

function codeOf(model: TrainableModel, windows: FeatureWindows): Float32Array {
  return tf.tidy(() => model.encode(tensorOf(windows)).dataSync<'float32'>());
}

/** Mean squared residual of each scored feature of each window. */
function squaredErrors(model: TrainableModel, windows: FeatureWindows): Float32Array {
  const reconstruction = reconstructionOf(model, windows);
  return scoredWindows(shape, squared, windows, reconstruction, new Float32Array()).featureErrors;
}

function assertNear(found: Float32Array, expected: Float32Array): void {
  assert.equal(found.length, expected.length);
  const distance = found.reduce((most, value, index) => Math.max(most, Math.abs(value - expected[index]!)), 0);
  assert.ok(distance < 1e-5, `off by ${distance}`);
}

function sum(values: Float32Array): number {
  return values.reduce((total, value) => total + value, 0);
}
