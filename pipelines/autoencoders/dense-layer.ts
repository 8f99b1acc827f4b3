import * as tf from '@tensorflow/tfjs-core';
import type { SeededRandom } from '../random.ts';
import { glorotUniform, variableOf } from './initialisers.ts';
import type { OnnxGraph } from './onnx-export.ts';

export type Activation = 'linear' | 'relu' | 'elu' | 'tanh' | 'sigmoid';

/** A fully connected layer: activation(x kernel + bias). */
export interface DenseLayer {
  /** The bias comes last. */
  readonly variables: readonly tf.Variable[];
  /** [inputs, units]. */
  readonly kernel: () => tf.Tensor2D;
  /** Other weights: [inputs, units], which only a layer with a kernel of its own takes, and [units]. */
  set(kernel: tf.Tensor2D, bias: tf.Tensor1D): void;
  /** [batch, inputs] to [batch, units]. */
  apply(x: tf.Tensor2D): tf.Tensor2D;
  /** The derivative of the activation, in terms of what the layer gave: [batch, units]. */
  slope(output: tf.Tensor2D): tf.Tensor2D;
  /** Adds the layer to a graph: its output under this name if one is given, and otherwise maybe wider than its units. */
  export(graph: OnnxGraph, x: ExportedValue, output?: string): ExportedValue;
}

/** A value of a graph, [batch, width], by its name. */
export interface ExportedValue {
  readonly name: string;
  readonly width: number;
}

/**
 * Exported layers with an activation are widened to a multiple of this by units without weights. Runtimes take activations
 * many at a time over the whole batch, and what is left at its end by other instructions with other roundings: a window's
 * bits would depend on where it stands. 16 float32 are the widest vector there is (AVX-512).
 */
export const vectorWidth = 16;

type Size = readonly [rows: number, columns: number];

export const onnxActivation = { relu: 'Relu', elu: 'Elu', tanh: 'Tanh', sigmoid: 'Sigmoid' } as const;

export interface ActivationFunction {
  readonly apply: (x: tf.Tensor2D) => tf.Tensor2D;
  /** The derivative at the x that gave this output. */
  readonly slope: (output: tf.Tensor2D) => tf.Tensor2D;
}

/** What each activation applies. */
export const activations: Readonly<Record<Activation, ActivationFunction>> = {
  linear: { apply: (x) => x, slope: (output) => tf.onesLike(output) },
  relu: { apply: tf.relu, slope: (output) => tf.step(output) },
  elu: { apply: tf.elu, slope: (output) => tf.minimum(tf.add(output, 1), 1) },
  tanh: { apply: tf.tanh, slope: (output) => tf.sub(1, tf.square(output)) },
  sigmoid: { apply: tf.sigmoid, slope: (output) => tf.mul(output, tf.sub(1, output)) },
};

/** A layer with random weights and no bias yet. */
export function denseLayer(random: SeededRandom, inputs: number, units: number, activation: Activation): DenseLayer {
  const kernel = variableOf<tf.Rank.R2>(glorotUniform(random, inputs, units), [inputs, units]);
  const layer = layerOf(() => kernel, units, activation);
  return {
    ...layer,
    variables: [kernel, ...layer.variables],
    set(newKernel, newBias) {
      kernel.assign(newKernel);
      layer.set(newKernel, newBias);
    },
  };
}

/** A layer with the transposed weights of another, [units, inputs], and a bias of its own. */
export function tiedLayer(weights: () => tf.Tensor2D, units: number, activation: Activation): DenseLayer {
  return layerOf(() => tf.transpose(weights()), units, activation);
}

function layerOf(kernel: () => tf.Tensor2D, units: number, activation: Activation): DenseLayer {
  const bias = variableOf<tf.Rank.R1>(new Float32Array(units), [units]);
  const { apply, slope } = activations[activation];
  return {
    variables: [bias],
    kernel,
    set: (_kernel, newBias) => bias.assign(newBias),
    apply: (x) => apply(tf.add(tf.matMul(x, kernel()), bias)),
    slope,
    export: (graph, x, output) => exportLayer(graph, x, kernel, bias, activation, output),
  };
}

function exportLayer(
  graph: OnnxGraph,
  x: ExportedValue,
  kernel: () => tf.Tensor2D,
  bias: tf.Variable,
  activation: Activation,
  output: string | undefined,
): ExportedValue {
  const values = tf.tidy(() => kernel().dataSync<'float32'>());
  const units = bias.size;
  const width = activation === 'linear' ? units : Math.ceil(units / vectorWidth) * vectorWidth;
  const weights = graph.weights(widened(values, [values.length / units, units], [x.width, width]), [x.width, width]);
  const biases = graph.weights(widened(valuesOf(bias), [1, units], [1, width]), [width]);
  const inputs = [x.name, weights, biases];
  if (activation === 'linear') return { width, name: graph.add('Gemm', inputs, {}, output) };
  const sum = graph.add('Gemm', inputs);
  const wide = graph.add(onnxActivation[activation], [sum]);
  if (output === undefined) return { width, name: wide };
  return { width: units, name: graph.slice(wide, { axis: 1, from: 0, to: units }, output) };
}

/** A row-major matrix in the corner of a larger one of zeros. */
function widened(values: Float32Array, [rows, columns]: Size, [toRows, toColumns]: Size): Float32Array {
  const wide = new Float32Array(toRows * toColumns);
  for (let row = 0; row < rows; row++) wide.set(values.subarray(row * columns, (row + 1) * columns), row * toColumns);
  return wide;
}

/** A variable's values, row-major. */
export function valuesOf(variable: tf.Variable): Float32Array {
  return variable.dataSync<'float32'>();
}
