import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import { parseArchitecture, type ArchitectureName } from '../../../pipelines/autoencoders/architecture-settings.ts';
import type { TrainableModel } from '../../../pipelines/autoencoders/architecture.ts';
import { buildModel } from '../../../pipelines/autoencoders/architectures.ts';
import { fitModel } from '../../../pipelines/autoencoders/fit.ts';
import type { FeatureWindows, TrainingRequest } from '../../../pipelines/ports.ts';
import { useWasmBackend } from '../../../services/adapters/tfjs/wasm-backend.ts';
import { waves, wavesShape as shape } from '../../conformance/toy-waves.ts';

const windows = (): FeatureWindows => waves(128, 0, 'together');
const cells = (): tf.Tensor3D => tf.tensor3d(windows().features, [128, shape.rows, shape.features]);

async function fitted(
  name: ArchitectureName,
  settings: Record<string, unknown>,
  how: Partial<TrainingRequest> = {},
): Promise<{ model: TrainableModel; losses: number[] }> {
  const model = buildModel(parseArchitecture(name, settings), shape, 5);
  const request = { training: windows(), holdout: waves(40, 500, 'together'), seed: 5 };
  const usual = { batchSize: 32, learningRate: 0.02, maxEpochs: 20, patience: 20 };
  const control = { onProgress() {}, verdict: () => 'go on' as const };
  const { epochs } = await fitModel(model, { ...request, ...usual, ...how }, control);
  return { model, losses: epochs.map(({ holdoutLoss }) => holdoutLoss) };
}

async function codesOf(name: ArchitectureName, settings: Record<string, unknown>): Promise<Float32Array> {
  const { model } = await fitted(name, settings, { maxEpochs: 50, patience: 50 });
  const codes = tf.tidy(() => model.encode(cells()).dataSync<'float32'>());
  model.dispose();
  return codes;
}

const mean = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('dense autoencoders', () => {
  before(useWasmBackend);

  it('with tied weights have one kernel a layer, the scored rows of which make the reconstruction', async () => {
    const { model } = await fitted('dense', { code: 4, tiedWeights: true }, { maxEpochs: 2 });
    const [kernel, , bias] = model.variables;
    assert.equal(model.variables.length, 3);
    const { rows, features, scoredFeatures } = shape;
    tf.tidy(() => {
      const scored = tf.slice(tf.reshape(kernel!, [rows, features, 4]), [0, 0, 0], [rows, scoredFeatures, 4]);
      const decoder = tf.reshape(scored, [rows * scoredFeatures, 4]);
      const expected = tf.add(tf.matMul(model.encode(cells()), decoder as tf.Tensor2D, false, true), bias!);
      const found = tf.reshape(model.reconstruct(cells()), [128, rows * scoredFeatures]);
      assert.ok(tf.max(tf.abs(tf.sub(found, expected))).dataSync()[0]! < 1e-5);
    });
    model.dispose();
  });

  it('trained layer by layer first start the fit proper better than from chance', async () => {
    const settings = { hidden: [20, 12], code: 4, activation: 'tanh' };
    const [chance, start] = [
      await fitted('stacked', { ...settings, pretrainEpochs: 0 }, { maxEpochs: 1 }),
      await fitted('stacked', { ...settings, pretrainEpochs: 10 }, { maxEpochs: 1 }),
    ];
    assert.ok(start.losses[0]! < 0.5 * chance.losses[0]!, `${start.losses[0]} after ${chance.losses[0]}`);
    for (const { model } of [chance, start]) model.dispose();
  });

  it('weight decay makes weights smaller', async () => {
    const sizes: number[] = [];
    for (const weightDecay of [0, 0.01]) {
      const { model } = await fitted('dense', { hidden: [20], code: 4, weightDecay });
      sizes.push(tf.tidy(() => tf.norm(model.variables[0]!).dataSync()[0]!));
      model.dispose();
    }
    assert.ok(sizes[1]! < 0.7 * sizes[0]!, sizes.join(' '));
  });

  it('L1 makes codes smaller the more it weighs', async () => {
    const settings = { code: 20, codeActivation: 'relu' };
    const [little, much] = [
      await codesOf('sparse-l1', { ...settings, sparsity: 1e-6 }),
      await codesOf('sparse-l1', { ...settings, sparsity: 1 }),
    ];
    assert.ok(mean(much) < 0.3 * mean(little), `${mean(much)} of ${mean(little)}`);
  });

  it('Kullback and Leibler draw the mean activation to its target', async () => {
    const settings = { code: 20, targetActivation: 0.05 };
    const [little, much] = [
      mean(await codesOf('sparse-kl', { ...settings, sparsity: 1e-6 })),
      mean(await codesOf('sparse-kl', { ...settings, sparsity: 10 })),
    ];
    assert.ok(Math.abs(much - 0.05) < 0.06 && little > 0.4, `${much} of ${little}`);
  });

  it('k-sparse codes have k units that count', async () => {
    const codes = await codesOf('k-sparse', { code: 20, k: 5 });
    for (let window = 0; window < 128; window++)
      assert.equal(codes.subarray(window * 20, (window + 1) * 20).filter((unit) => unit !== 0).length, 5);
  });

  it('contraction makes codes move less', async () => {
    const [little, much] = [await movement(1e-6), await movement(10)];
    assert.ok(much < 0.5 * little, `${much} of ${little}`);
  });

  it('a denoising one rebuilds what was masked better than one that never saw masks', async () => {
    const settings = { hidden: [20], code: 5, activation: 'tanh' };
    const [plain, denoising] = [
      await errorWithoutOne('dense', settings),
      await errorWithoutOne('denoising', { ...settings, gaussian: 0, channelDropout: 0.25 }),
    ];
    assert.ok(denoising < 0.5 * plain, `${denoising} after ${plain}`);
  });
});

/** How far, squared, codes move when inputs move by 0.1. */
async function movement(contraction: number): Promise<number> {
  const { model } = await fitted('contractive', { code: 6, contraction });
  const moved = tf.tidy(() => {
    const step = tf.sub(model.encode(tf.add(cells(), 0.1)), model.encode(cells()));
    return tf.mean(tf.square(step)).dataSync()[0]!;
  });
  model.dispose();
  return moved;
}

/** Mean squared error of windows whose first channel reads 0. */
async function errorWithoutOne(name: ArchitectureName, settings: Record<string, unknown>): Promise<number> {
  const { model } = await fitted(name, settings, { maxEpochs: 40, patience: 40 });
  const error = tf.tidy(() => {
    const dead = tf.mul<tf.Tensor3D>(cells(), tf.tensor1d([0, 1, 1, 1]));
    const scored = tf.slice(cells(), [0, 0, 0], [128, shape.rows, shape.scoredFeatures]);
    return tf.mean(tf.square(tf.sub(scored, model.reconstruct(dead)))).dataSync()[0]!;
  });
  model.dispose();
  return error;
}
