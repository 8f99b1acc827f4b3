import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { parseArchitecture } from '../../pipelines/autoencoders/architecture-settings.ts';
import { buildModel } from '../../pipelines/autoencoders/architectures.ts';
import { fitModel } from '../../pipelines/autoencoders/fit.ts';
import { useWasmBackend } from '../../services/adapters/tfjs/wasm-backend.ts';
import { exampleWindows } from '../conformance/example-models.ts';
import type { BenchResult } from './bench-result.ts';

const shape = { rows: 64, features: 16, scoredFeatures: 16 };
const batchSize = 256;
const rounds = 3;
const against = 'model.fit of tfjs-layers, WASM backend as it is';

/**
 * Windows fitted a second by the dense model 1024-256-64-256-1024 and by the LSTM encoder-decoder with 64 units; against
 * the same networks of tfjs-layers. Those come first: the backend cannot be unpatched.
 */
export async function benchTrain(): Promise<BenchResult[]> {
  await tf.setBackend('wasm');
  const plain = { dense: await layersRate(denseOfLayers(), 512), lstm: await layersRate(lstmOfLayers(), 128) };
  await useWasmBackend();
  const ours = {
    dense: await fitRate('dense', { hidden: [256], code: 64, activation: 'relu' }, 2048),
    lstm: await fitRate('lstm', { units: 64, code: 64 }, 512),
  };
  return (['dense', 'lstm'] as const).map((name) => ({
    name: `train.${name}`,
    value: ours[name],
    unit: 'windows/s',
    against,
    ratio: ours[name] / plain[name],
  }));
}

/** The best of a few epochs, the first left out. */
async function fitRate(name: string, settings: object, count: number): Promise<number> {
  const model = buildModel(parseArchitecture(name, settings), shape, 1);
  const request = { training: exampleWindows(shape, count, 1), holdout: exampleWindows(shape, 1, 2) };
  const how = { seed: 1, batchSize, learningRate: 0.001, maxEpochs: rounds + 1, patience: rounds + 1 };
  const ends: number[] = [];
  await fitModel(
    model,
    { ...request, ...how },
    { onProgress: () => void ends.push(performance.now()), verdict: () => 'go on' },
  );
  model.dispose();
  return bestRate(count, ends);
}

async function layersRate(model: tf.LayersModel, count: number): Promise<number> {
  const { features } = exampleWindows(shape, count, 1);
  const windows = tf.tensor3d(features, [count, shape.rows, shape.features]);
  const ends: number[] = [];
  const callbacks = { onEpochEnd: () => void ends.push(performance.now()) };
  await model.fit(windows, windows, { batchSize, epochs: rounds + 1, shuffle: false, verbose: 0, callbacks });
  windows.dispose();
  return bestRate(count, ends);
}

function bestRate(count: number, ends: readonly number[]): number {
  const durations = ends.slice(1).map((end, index) => end - ends[index]!);
  return (1000 * count) / Math.min(...durations);
}

function denseOfLayers(): tf.LayersModel {
  const { rows, features } = shape;
  const layers = [
    tf.layers.flatten({ inputShape: [rows, features] }),
    tf.layers.dense({ units: 256, activation: 'relu' }),
    tf.layers.dense({ units: 64 }),
    tf.layers.dense({ units: 256, activation: 'relu' }),
    tf.layers.dense({ units: rows * features }),
    tf.layers.reshape({ targetShape: [rows, features] }),
  ];
  return compiled(tf.sequential({ layers }));
}

function lstmOfLayers(): tf.LayersModel {
  const { rows, features } = shape;
  const layers = [
    tf.layers.lstm({ units: 64, inputShape: [rows, features], recurrentInitializer: 'glorotUniform' }),
    tf.layers.dense({ units: 64 }),
    tf.layers.repeatVector({ n: rows }),
    tf.layers.lstm({ units: 64, returnSequences: true, recurrentInitializer: 'glorotUniform' }),
    tf.layers.timeDistributed({ layer: tf.layers.dense({ units: features }) }),
  ];
  return compiled(tf.sequential({ layers }));
}

function compiled(model: tf.LayersModel): tf.LayersModel {
  model.compile({ optimizer: tf.train.adam(0.001), loss: 'meanSquaredError' });
  return model;
}
