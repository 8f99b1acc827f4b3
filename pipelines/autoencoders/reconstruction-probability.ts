import * as tf from '@tensorflow/tfjs-core';
import { SeededRandom } from '../random.ts';
import type { ArchitectureDescription, TrainableModel, WindowShape } from './architecture.ts';
import { denseLayer, vectorWidth, type DenseLayer, type ExportedValue } from './dense-layer.ts';
import { exportThrough, through } from './dense-stack.ts';
import { divergenceOf, drawn, gaussianEncoder, type GaussianCode, type GaussianEncoder } from './gaussian-code.ts';
import { scoredPrefix, type TensorBatch } from './loss.ts';
import { onnxNames, OnnxGraph } from './onnx-export.ts';
import type { ReconstructionProbabilitySettings } from './variational-settings.ts';

/**
 * The variational autoencoder that is scored by reconstruction probability (An and Cho, Variational Autoencoder based Anomaly
 * Detection using Reconstruction Probability, 2015): its decoder gives each cell a mean m and a certainty p in (0, 1), by which the
 * cell's variance is s^2 / p, s being the least deviation. The error of a cell,
 *
 * e = mean over draws z of p (x - m)^2 - s^2 log p = 2 s^2 (-log p(x | z) + constant) >= 0,
 *
 * is (x - m)^2 where the decoder is as sure as it may be, and less where telemetry is known to vary. Training minimises it with the
 * divergence, one draw a window; scoring takes the same draws for every window.
 *
 * Since errors are residuals squared, what is given as reconstruction is x - sqrt(e), or x + sqrt(e) where x lies below the mean.
 */
export function reconstructionProbability(
  description: ArchitectureDescription,
  shape: WindowShape,
  seed: number,
): TrainableModel {
  const settings = description.settings as ReconstructionProbabilitySettings;
  const { inputLimit, noise, code, draws } = settings;
  const { rows, features, scoredFeatures } = shape;
  const layers = createLayers(settings, shape, SeededRandom.for(seed, 'weights'));
  const { encoder, decoder, toMean, toCertainty } = layers;
  const variables = [...encoder.variables, ...[...decoder, toMean, toCertainty].flatMap((layer) => layer.variables)];
  const cells = rows * scoredFeatures;
  const normals = normalDraws(draws, code, seed);
  const flat = (windows: tf.Tensor3D): tf.Tensor2D =>
    tf.reshape(tf.clipByValue(windows, -inputLimit, inputLimit), [-1, rows * features]);
  const cellsOf = (windows: tf.Tensor3D): tf.Tensor3D =>
    tf.reshape(scoredPrefix(windows, scoredFeatures), [-1, 1, cells]);
  const loss = (batch: TensorBatch, random: SeededRandom): tf.Scalar => {
    const q = encoder.apply(flat(batch.windows));
    const { error } = judge(layers, noise, drawn(q, random), cellsOf(batch.windows));
    const counted = tf.mul(batch.weight, tf.reshape(error, batch.weight.shape));
    const ofCells = tf.div<tf.Scalar>(tf.sum(counted), tf.maximum(tf.sum(batch.weight), 1));
    return tf.add(ofCells, tf.mul((2 * noise * noise) / cells, divergenceOf(q)));
  };
  return {
    description,
    shape,
    variables,
    encode: (windows) => encoder.apply(flat(windows)).mean,
    reconstruct(windows) {
      const z = allDraws(encoder.apply(flat(windows)), normals);
      const { residual, error } = judge(layers, noise, z, cellsOf(windows));
      const size = tf.sqrt(tf.mean<tf.Tensor2D>(error, 1));
      const signed = tf.where(tf.less(tf.mean(residual, 1), 0), tf.neg(size), size);
      return tf.sub(scoredPrefix(windows, scoredFeatures), tf.reshape(signed, [-1, rows, scoredFeatures]));
    },
    objectives: [{ variables, loss }],
    exportOnnx: () => exportLayers(layers, normals, description, shape),
    dispose: () => tf.dispose([...variables]),
  };
}

/** Certainties are held at this at least, so that their logarithm stays finite. */
const leastCertainty = 1e-6;

interface Layers {
  readonly encoder: GaussianEncoder;
  /** Hidden layers. */
  readonly decoder: readonly DenseLayer[];
  readonly toMean: DenseLayer;
  readonly toCertainty: DenseLayer;
}

function createLayers(
  settings: ReconstructionProbabilitySettings,
  { rows, features, scoredFeatures }: WindowShape,
  random: SeededRandom,
): Layers {
  const { hidden, code, activation } = settings;
  const outward = [code, ...hidden.toReversed()];
  const width = outward.at(-1)!;
  return {
    encoder: gaussianEncoder(random, rows * features, settings),
    decoder: outward.slice(1).map((units, index) => denseLayer(random, outward[index]!, units, activation)),
    toMean: denseLayer(random, width, rows * scoredFeatures, 'linear'),
    toCertainty: denseLayer(random, width, rows * scoredFeatures, 'sigmoid'),
  };
}

/** Of codes [batch x draws, code] and cells [batch, 1, cells]: residuals and errors, [batch, draws, cells]. */
function judge(
  { decoder, toMean, toCertainty }: Layers,
  noise: number,
  z: tf.Tensor2D,
  x: tf.Tensor3D,
): { residual: tf.Tensor3D; error: tf.Tensor3D } {
  const inner = through(decoder, z);
  const byDraw = (value: tf.Tensor2D): tf.Tensor3D => tf.reshape(value, [x.shape[0], -1, x.shape[2]]);
  const residual = tf.sub<tf.Tensor3D>(x, byDraw(toMean.apply(inner)));
  const certainty = tf.maximum<tf.Tensor3D>(byDraw(toCertainty.apply(inner)), leastCertainty);
  const surprise = tf.mul<tf.Tensor3D>(noise * noise, tf.log(certainty));
  return { residual, error: tf.sub(tf.mul(certainty, tf.square(residual)), surprise) };
}

/** The standard normal draws of scoring, [draws, code]. */
function normalDraws(draws: number, code: number, seed: number): Float32Array {
  const random = SeededRandom.for(seed, 'draws');
  return Float32Array.from({ length: draws * code }, () => random.normal());
}

/** [batch x draws, code]. */
function allDraws({ mean, logVariance }: GaussianCode, normals: Float32Array): tf.Tensor2D {
  const code = mean.shape[1];
  const deviation = tf.reshape(tf.exp(tf.div(logVariance, 2)), [-1, 1, code]);
  const spread = tf.mul(deviation, tf.tensor3d(normals, [1, normals.length / code, code]));
  return tf.reshape(tf.add(tf.reshape(mean, [-1, 1, code]), spread), [-1, code]);
}

function exportLayers(
  { encoder, decoder, toMean, toCertainty }: Layers,
  normals: Float32Array,
  { name, settings }: ArchitectureDescription,
  shape: WindowShape,
): Uint8Array {
  const { code, inputLimit, noise, draws } = settings as ReconstructionProbabilitySettings;
  const { rows, features, scoredFeatures } = shape;
  const cells = rows * scoredFeatures;
  const graph = new OnnxGraph();
  const limited = graph.add('Clip', [onnxNames.windows, graph.scalar(-inputLimit), graph.scalar(inputLimit)]);
  const flat = graph.add('Reshape', [limited, graph.integers([-1, rows * features])]);
  const q = encoder.export(graph, { name: flat, width: rows * features });
  const z = exportDraws(graph, q.mean.name, q.logVariance, { normals, code });
  const inner = exportThrough(graph, decoder, { name: z, width: code });
  const byDraw = (x: string): string => graph.add('Reshape', [x, graph.integers([-1, draws, cells])]);

  const scored = graph.slice(onnxNames.windows, { axis: 2, from: 0, to: scoredFeatures });
  const x = graph.add('Reshape', [scored, graph.integers([-1, 1, cells])]);
  const residual = graph.add('Sub', [x, byDraw(toMean.export(graph, inner).name)]);
  const sigmoids = toCertainty.export(graph, inner);
  const certainties = graph.add('Max', [sigmoids.name, graph.scalar(leastCertainty)]);
  const [certainty, logCertainty] = [certainties, graph.add('Log', [certainties])].map((wide) =>
    byDraw(graph.slice(wide, { axis: 1, from: 0, to: cells })),
  );
  const squares = graph.add('Mul', [certainty!, graph.add('Mul', [residual, residual])]);
  const error = graph.add('Sub', [squares, graph.add('Mul', [graph.scalar(noise * noise), logCertainty!])]);
  const size = graph.add('Sqrt', [graph.add('ReduceMean', [error], { axes: [1], keepdims: 0 })]);
  const side = graph.add('ReduceMean', [residual], { axes: [1], keepdims: 0 });
  const isBelow = graph.add('Less', [side, graph.scalar(0)]);
  const signed = graph.add('Where', [isBelow, graph.add('Neg', [size]), size]);
  const distance = graph.add('Reshape', [signed, graph.integers([-1, rows, scoredFeatures])]);
  graph.add('Sub', [scored, distance], {}, onnxNames.reconstruction);
  return graph.encode(name, shape, code);
}

/** Adds the draws of every window; returns the name of [batch x draws, code]. */
function exportDraws(
  graph: OnnxGraph,
  mean: string,
  logVariance: string,
  { normals, code }: { normals: Float32Array; code: number },
): string {
  const half = graph.add('Div', [logVariance, graph.scalar(2)]);
  const { name } = exportWide(graph, 'Exp', { name: half, width: code });
  const [center, deviation] = [mean, name].map((x) => graph.add('Unsqueeze', [x, graph.integers([1])]));
  const spread = graph.add('Mul', [deviation!, graph.weights(normals, [1, normals.length / code, code])]);
  return graph.add('Reshape', [graph.add('Add', [center!, spread]), graph.integers([-1, code])]);
}

/** Adds an operator upon every number of [batch, width], widened as dense layers are, and for the same reason. */
function exportWide(graph: OnnxGraph, opType: string, { name, width }: ExportedValue): ExportedValue {
  const missing = Math.ceil(width / vectorWidth) * vectorWidth - width;
  const wide = graph.add(opType, [graph.add('Pad', [name, graph.integers([0, 0, 0, missing])])]);
  return { width, name: graph.slice(wide, { axis: 1, from: 0, to: width }) };
}
