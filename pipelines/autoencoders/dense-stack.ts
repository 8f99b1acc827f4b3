import * as tf from '@tensorflow/tfjs-core';
import type { SeededRandom } from '../random.ts';
import type { WindowShape } from './architecture.ts';
import { denseLayer, tiedLayer, type Activation, type DenseLayer, type ExportedValue } from './dense-layer.ts';
import type { DenseSettings } from './dense-settings.ts';
import type { OnnxGraph } from './onnx-export.ts';

/** The layers of a dense autoencoder. */
export interface DenseStack {
  /** Outermost first; the last gives the code. */
  readonly encoder: readonly DenseLayer[];
  /** From the code outwards: the encoder mirrored. */
  readonly decoder: readonly DenseLayer[];
}

/** Layers over windows of this shape, with random weights; the last applies `output`. */
export function denseStack(
  { hidden, code, activation, codeActivation, tiedWeights }: DenseSettings,
  shape: WindowShape,
  output: Activation,
  random: SeededRandom,
): DenseStack {
  const { rows, features, scoredFeatures } = shape;
  const outward = [code, ...hidden.toReversed()];
  const inward = [rows * features, ...hidden];
  const encoder = inward.map((inputs, index) =>
    denseLayer(random, inputs, hidden[index] ?? code, index < hidden.length ? activation : codeActivation),
  );
  const decoder = outward.map((inputs, index) => {
    const units = outward[index + 1] ?? rows * scoredFeatures;
    const own = index < hidden.length ? activation : output;
    if (!tiedWeights) return denseLayer(random, inputs, units, own);
    const mirrored = encoder.at(-1 - index)!;
    const weights = index < hidden.length ? mirrored.kernel : (): tf.Tensor2D => scoredInputs(mirrored.kernel(), shape);
    return tiedLayer(weights, units, own);
  });
  return { encoder, decoder };
}

/** Of a matrix with a row for each feature cell of a window, the rows of the scored ones. */
export function scoredInputs(matrix: tf.Tensor2D, { rows, features, scoredFeatures }: WindowShape): tf.Tensor2D {
  if (features === scoredFeatures) return matrix;
  const columns = matrix.shape[1];
  const byRow = tf.reshape(matrix, [rows, features * columns]);
  return tf.reshape(tf.slice(byRow, [0, 0], [rows, scoredFeatures * columns]), [rows * scoredFeatures, columns]);
}

/** Applies layers one upon the other. */
export function through(layers: readonly DenseLayer[], x: tf.Tensor2D): tf.Tensor2D {
  return layers.reduce((value, layer) => layer.apply(value), x);
}

/** Adds layers to a graph one upon the other, the last one's output under this name if one is given. */
export function exportThrough(
  graph: OnnxGraph,
  layers: readonly DenseLayer[],
  x: ExportedValue,
  output?: string,
): ExportedValue {
  return layers.reduce(
    (value, layer, index) => layer.export(graph, value, index === layers.length - 1 ? output : undefined),
    x,
  );
}
