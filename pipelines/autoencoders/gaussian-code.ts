import * as tf from '@tensorflow/tfjs-core';
import type { SeededRandom } from '../random.ts';
import { denseLayer, type Activation, type ExportedValue } from './dense-layer.ts';
import { exportThrough, through } from './dense-stack.ts';
import { onnxNames, type OnnxGraph } from './onnx-export.ts';

/** Codes as normal distributions of independent units; both [batch, code]. */
export interface GaussianCode {
  readonly mean: tf.Tensor2D;
  readonly logVariance: tf.Tensor2D;
}

/** Fully connected layers from windows to codes of this kind. */
export interface GaussianEncoder {
  readonly variables: readonly tf.Variable[];
  /** [batch, inputs] to codes. */
  apply(x: tf.Tensor2D): GaussianCode;
  /** Adds the layers to a graph, the mean as its code. */
  export(graph: OnnxGraph, x: ExportedValue): { readonly mean: ExportedValue; readonly logVariance: string };
}

/** Within this the log variance is held, so that its exponential stays finite. */
const mostLogVariance = 10;

/** Layers with random weights: hidden ones, outermost first, and a linear one each for the mean and the log variance. */
export function gaussianEncoder(
  random: SeededRandom,
  inputs: number,
  { hidden, code, activation }: { hidden: readonly number[]; code: number; activation: Activation },
): GaussianEncoder {
  const layers = hidden.map((units, index) => denseLayer(random, hidden[index - 1] ?? inputs, units, activation));
  const width = hidden.at(-1) ?? inputs;
  const toMean = denseLayer(random, width, code, 'linear');
  const toLogVariance = denseLayer(random, width, code, 'linear');
  return {
    variables: [...layers, toMean, toLogVariance].flatMap((layer) => layer.variables),
    apply(x) {
      const inner = through(layers, x);
      const logVariance = tf.clipByValue(toLogVariance.apply(inner), -mostLogVariance, mostLogVariance);
      return { mean: toMean.apply(inner), logVariance };
    },
    export(graph, x) {
      const inner = exportThrough(graph, layers, x);
      const mean = toMean.export(graph, inner, onnxNames.code);
      const { name } = toLogVariance.export(graph, inner);
      const limits = [graph.scalar(-mostLogVariance), graph.scalar(mostLogVariance)];
      return { mean, logVariance: graph.add('Clip', [name, ...limits], {}, onnxNames.codeLogVariance) };
    },
  };
}

/**
 * A draw of each code, z = mean + exp(logVariance / 2) e with e standard normal, through which gradients pass (Kingma and
 * Welling, Auto-Encoding Variational Bayes, 2014, section 2.4).
 */
export function drawn({ mean, logVariance }: GaussianCode, random: SeededRandom): tf.Tensor2D {
  const normals = tf.tensor2d(
    Float32Array.from({ length: mean.size }, () => random.normal()),
    mean.shape,
  );
  return tf.add(mean, tf.mul(tf.exp(tf.div(logVariance, 2)), normals));
}

/**
 * KL(q || N(0, I)) of each code, in nats, mean over the batch: sum_j (exp(logVariance_j) + mean_j^2 - 1 - logVariance_j) / 2
 * (Kingma and Welling 2014, appendix B).
 */
export function divergenceOf({ mean, logVariance }: GaussianCode): tf.Scalar {
  const spread = tf.sub(tf.exp(logVariance), tf.add(logVariance, 1));
  return tf.div(tf.mean(tf.sum(tf.add(spread, tf.square(mean)), 1)), 2);
}
