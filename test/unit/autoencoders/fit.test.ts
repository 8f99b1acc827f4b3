import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import { buildModel } from '../../../pipelines/autoencoders/architectures.ts';
import { fitModel, type FitControl } from '../../../pipelines/autoencoders/fit.ts';
import { reconstructionLoss } from '../../../pipelines/autoencoders/loss.ts';
import { useWasmBackend } from '../../../services/adapters/tfjs/wasm-backend.ts';
import { exampleArchitectures, exampleWindows } from '../../conformance/example-models.ts';

const shape = { rows: 6, features: 3, scoredFeatures: 2 };
const goOn: FitControl = { onProgress() {}, verdict: () => 'go on' };

describe('fit', () => {
  before(useWasmBackend);

  it('keeps no tensor but the weights, epoch after epoch', async () => {
    const request = { training: exampleWindows(shape, 20, 1), holdout: exampleWindows(shape, 10, 2), seed: 1 };
    for (const architecture of exampleArchitectures) {
      const tensors = tf.memory().numTensors;
      const model = buildModel(architecture, shape, 1);
      const whileFitting = new Set<number>();
      const control = { ...goOn, onProgress: () => void whileFitting.add(tf.memory().numTensors) };
      const how = { batchSize: 8, learningRate: 0.001, maxEpochs: 6, patience: 6 };
      await fitModel(model, { ...request, ...how }, control);
      // The first epoch comes before any weights were kept as the best.
      assert.ok(whileFitting.size <= 2, [...whileFitting].join(' '));
      assert.equal(tf.memory().numTensors, tensors + model.variables.length);
      model.dispose();
      assert.equal(tf.memory().numTensors, tensors);
    }
  });

  it('lets go of everything when it is called off', async () => {
    const tensors = tf.memory().numTensors;
    const model = buildModel(exampleArchitectures[0]!, shape, 1);
    const request = { training: exampleWindows(shape, 20, 1), holdout: exampleWindows(shape, 10, 2), seed: 1 };
    const how = { batchSize: 8, learningRate: 0.001, maxEpochs: 6, patience: 6 };
    const fit = fitModel(model, { ...request, ...how }, { ...goOn, verdict: () => 'abort' });
    await assert.rejects(fit, { code: 'CUPOLA_TRAINING_ABORTED' });
    model.dispose();
    assert.equal(tf.memory().numTensors, tensors);
  });

  it('takes the mean over the cells that count, of the scored features alone', () => {
    const windows = tf.tensor3d([1, 2, 9, 3, 4, 9], [1, 2, 3]);
    const weight = tf.tensor3d([1, 0, 1, 1], [1, 2, 2]);
    const loss = (of: tf.Tensor3D): number =>
      reconstructionLoss({ windows, weight: of }, tf.zeros([1, 2, 2])).dataSync()[0]!;
    assert.ok(Math.abs(loss(weight) - (1 + 9 + 16) / 3) < 1e-6);
    assert.equal(loss(tf.zeros([1, 2, 2])), 0);
  });
});
