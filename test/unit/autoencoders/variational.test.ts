import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import { parseArchitecture } from '../../../pipelines/autoencoders/architecture-settings.ts';
import type { TrainableModel } from '../../../pipelines/autoencoders/architecture.ts';
import { buildModel } from '../../../pipelines/autoencoders/architectures.ts';
import { fitModel } from '../../../pipelines/autoencoders/fit.ts';
import { divergenceOf, drawn } from '../../../pipelines/autoencoders/gaussian-code.ts';
import { divergencePerUnit } from '../../../pipelines/autoencoders/latent-space.ts';
import type { FeatureWindows } from '../../../pipelines/ports.ts';
import { SeededRandom } from '../../../pipelines/random.ts';
import { useWasmBackend } from '../../../services/adapters/tfjs/wasm-backend.ts';
import { waves, wavesShape } from '../../conformance/toy-waves.ts';

const { rows, features, scoredFeatures } = wavesShape;

describe('codes as distributions', () => {
  before(useWasmBackend);

  it('diverge from standard normal ones by the sum over units, mean over windows', () => {
    tf.tidy(() => {
      const mean = tf.tensor2d([1, 0.5, -2, 0], [2, 2]);
      const logVariance = tf.tensor2d([0, 1, -3, 0.2], [2, 2]);
      const [sum] = divergenceOf({ mean, logVariance }).dataSync();
      const values = [mean, logVariance].map((tensor) => tensor.dataSync<'float32'>());
      const [first, second] = divergencePerUnit(values[0]!, values[1]!, 2);
      assert.ok(Math.abs(sum! - first! - second!) < 1e-6, `${sum}`);
    });
  });

  it('are drawn with their mean and variance', () => {
    tf.tidy(() => {
      const mean = tf.mul<tf.Tensor2D>(tf.ones([4000, 1]), 3);
      const logVariance = tf.mul<tf.Tensor2D>(tf.ones([4000, 1]), Math.log(0.25));
      const moments = tf.moments(drawn({ mean, logVariance }, new SeededRandom(1)));
      assert.ok(Math.abs(moments.mean.dataSync()[0]! - 3) < 0.03);
      assert.ok(Math.abs(moments.variance.dataSync()[0]! - 0.25) < 0.02);
    });
  });

  it('are nearer to standard normal ones the more beta is', async () => {
    const sizes: number[] = [];
    for (const beta of [0.1, 20]) {
      const model = await fitted('beta-variational', { hidden: [20], code: 4, beta });
      sizes.push(sizeOfCodes(model));
      model.dispose();
    }
    assert.ok(sizes[1]! < 0.7 * sizes[0]!, sizes.join(' '));
  });
});

describe('reconstruction probability', () => {
  before(useWasmBackend);

  it('forgives a noisy channel what it does not forgive a quiet one', async () => {
    const model = await fitted('reconstruction-probability', { hidden: [20], code: 4, noise: 0.1 }, withNoise);
    const quiet = errorWithStep(model, 0);
    const noisy = errorWithStep(model, noisyChannel);
    model.dispose();
    assert.ok(quiet > 3 * noisy, `${quiet} of the quiet channel, ${noisy} of the noisy one`);
  });
});

describe('adversarial autoencoder', () => {
  before(useWasmBackend);

  it('codes are drawn towards those of the distribution they are told from', async () => {
    const distances: number[] = [];
    for (const adversary of [0, 1]) {
      const model = await fitted('adversarial', { hidden: [20], code: 2, adversary });
      distances.push(Math.abs(Math.log(sizeOfCodes(model))));
      model.dispose();
    }
    assert.ok(distances[1]! < 0.75 * distances[0]!, distances.join(' '));
  });
});

async function fitted(
  name: string,
  settings: object,
  change: (windows: FeatureWindows) => FeatureWindows = (windows) => windows,
): Promise<TrainableModel> {
  const model = buildModel(parseArchitecture(name, settings), wavesShape, 1);
  const request = { training: change(waves(256, 0, 'together')), holdout: change(waves(64, 500, 'together')) };
  const how = { seed: 1, batchSize: 32, learningRate: 0.01, maxEpochs: 25, patience: 25 };
  await fitModel(model, { ...request, ...how }, { onProgress() {}, verdict: () => 'go on' });
  return model;
}

/** Mean square of the codes of normal windows; 1 of standard normal ones. */
function sizeOfCodes(model: TrainableModel): number {
  return tf.tidy(() => tf.mean(tf.square(model.encode(tensorOf(waves(64, 900, 'together'))))).dataSync()[0]!);
}

const noisyChannel = 2;

function withNoise(windows: FeatureWindows): FeatureWindows {
  const random = SeededRandom.for(windows.count, 'noise');
  for (let at = noisyChannel; at < windows.features.length; at += features)
    windows.features[at] = windows.features[at]! + 0.8 * random.normal();
  return windows;
}

/** What errors grow by where a channel stands 1 too high. */
function errorWithStep(model: TrainableModel, channel: number): number {
  const windows = withNoise(waves(64, 900, 'together'));
  const before = errorOf(model, windows);
  for (let at = channel; at < windows.features.length; at += features) windows.features[at]! += 1;
  return errorOf(model, windows) - before;
}

function errorOf(model: TrainableModel, windows: FeatureWindows): number {
  return tf.tidy(() => {
    const cells = tensorOf(windows);
    const scored = tf.slice(cells, [0, 0, 0], [windows.count, rows, scoredFeatures]);
    return tf.mean(tf.square(tf.sub(scored, model.reconstruct(cells)))).dataSync()[0]!;
  });
}

function tensorOf({ count, features: cells }: FeatureWindows): tf.Tensor3D {
  return tf.tensor3d(cells, [count, rows, features]);
}
