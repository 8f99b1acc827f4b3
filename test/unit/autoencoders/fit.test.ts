import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import type { Minimise, Objective, TrainableModel } from '../../../pipelines/autoencoders/architecture.ts';
import { buildModel } from '../../../pipelines/autoencoders/architectures.ts';
import { fitModel, type FitControl } from '../../../pipelines/autoencoders/fit.ts';
import { reconstructionLoss } from '../../../pipelines/autoencoders/loss.ts';
import type { TrainingRequest } from '../../../pipelines/ports.ts';
import type { SeededRandom } from '../../../pipelines/random.ts';
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

  it('minimises each objective in its turn over its own variables, the first one being reported', async () => {
    const variables = [scalar(3), scalar(3)];
    const order: number[] = [];
    const objectives = variables.map((variable, index) => distance(variable, 1 + 4 * index, () => order.push(index)));
    const model = modelOf(objectives);
    const { epochs } = await fitModel(model, { ...request(), ...how, learningRate: 0.1, maxEpochs: 30 }, goOn);
    assert.deepEqual(order.slice(0, 4), [0, 1, 0, 1]);
    const [first, second] = variables.map((variable) => variable.dataSync()[0]!);
    assert.ok(Math.abs(first! - 1) < 0.1 && Math.abs(second! - 5) < 0.1, `${first} ${second}`);
    assert.ok(epochs[0]!.trainingLoss < 4.1 && epochs.at(-1)!.trainingLoss < 0.1);
    model.dispose();
  });

  it('gives each objective a chance of its own, the same for the same seed', async () => {
    const draws: number[] = [];
    for (const seed of [1, 1, 2]) {
      const objective = distance(scalar(3), 1, (random) => draws.push(random.uniform()));
      const model = modelOf([objective, objective]);
      await fitModel(model, { ...request(), ...how, seed, maxEpochs: 1 }, goOn);
      model.dispose();
    }
    const each = draws.length / 3;
    assert.deepEqual(draws.slice(0, each), draws.slice(each, 2 * each));
    assert.equal(new Set(draws).size, 2 * each);
  });

  it('lets a model train in parts before, for the epochs that it asks for, and keeps nothing of it', async () => {
    let batches = 0;
    const part = distance(scalar(3), 1, () => batches++);
    const model = modelOf([part], (minimise) => minimise(part, 4));
    const tensors = tf.memory().numTensors;
    await fitModel(model, { ...request(), ...how, maxEpochs: 1 }, goOn);
    assert.equal(batches, (4 + 1) * Math.ceil(20 / how.batchSize));
    assert.equal(tf.memory().numTensors, tensors);
    model.dispose();
  });
});

const how = { batchSize: 8, learningRate: 0.001, maxEpochs: 6, patience: 30 };

function request(): Pick<TrainingRequest, 'training' | 'holdout' | 'seed'> {
  return { training: exampleWindows(shape, 20, 1), holdout: exampleWindows(shape, 10, 2), seed: 1 };
}

function scalar(value: number): tf.Variable<tf.Rank.R0> {
  return tf.tidy(() => tf.variable(tf.scalar(value)));
}

/** (variable - target)^2. */
function distance(
  variable: tf.Variable<tf.Rank.R0>,
  target: number,
  onBatch: (random: SeededRandom) => void,
): Objective {
  return {
    variables: [variable],
    loss(_batch, random) {
      onBatch(random);
      return tf.square(tf.sub<tf.Scalar>(variable, target));
    },
  };
}

/** A model that is nothing but its objectives; it reconstructs the better the more often it was asked. */
function modelOf(
  objectives: readonly Objective[],
  startFrom: (minimise: Minimise) => Promise<void> = async () => {},
): TrainableModel {
  const variables = [...new Set(objectives.flatMap((objective) => objective.variables))];
  let calls = 0;
  return {
    description: { name: 'scalars', settings: {} },
    shape,
    variables,
    objectives,
    startFrom: (_windows, minimise) => startFrom(minimise),
    encode: (windows) => tf.zeros([windows.shape[0], 1]),
    reconstruct(windows) {
      calls++;
      return tf.mul(1 / calls, tf.ones<tf.Rank.R3>([windows.shape[0], shape.rows, shape.scoredFeatures]));
    },
    exportOnnx: () => new Uint8Array(),
    dispose: () => tf.dispose(variables),
  };
}
