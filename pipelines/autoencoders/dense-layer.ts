import * as tf from '@tensorflow/tfjs-core';
import type { SeededRandom } from '../random.ts';
import { glorotUniform, variableOf } from './initialisers.ts';
import type { OnnxGraph } from './onnx-export.ts';

export type Activation = 'linear' | 'relu' | 'elu' | 'tanh';

/** A fully connected layer: activation(x kernel + bias). */
export interface DenseLayer {
  readonly variables: readonly tf.Variable[];
  /** Other weights: [inputs, units] and [units]. */
  set(kernel: tf.Tensor2D, bias: tf.Tensor1D): void;
  /** [batch, inputs] to [batch, units]. */
  apply(x: tf.Tensor2D): tf.Tensor2D;
  /** Adds the layer to a graph, its output under this name if one is given. */
  export(graph: OnnxGraph, x: ExportedValue, output?: string): ExportedValue;
}

/** A value of a graph, [batch, width], by its name. */
export interface ExportedValue {
  readonly name: string;
  readonly width: number;
}

/**
 * Exported layers with an activation are widened to a multiple of this by units that stay 0. Runtimes take activations
 * many at a time over the whole batch, and what is left at its end by other instructions with other roundings: a window's
 * bits would depend on where it stands. 16 float32 are the widest vector there is (AVX-512).
 */
const vectorWidth = 16;

type Size = readonly [rows: number, columns: number];

const onnxActivation = { relu: 'Relu', elu: 'Elu', tanh: 'Tanh' } as const;
const activate: Readonly<Record<Activation, (x: tf.Tensor2D) => tf.Tensor2D>> = {
  linear: (x) => x,
  relu: tf.relu,
  elu: tf.elu,
  tanh: tf.tanh,
};

/** A layer with random weights and no bias yet. */
export function denseLayer(random: SeededRandom, inputs: number, units: number, activation: Activation): DenseLayer {
  const kernel = variableOf<tf.Rank.R2>(glorotUniform(random, inputs, units), [inputs, units]);
  const bias = variableOf<tf.Rank.R1>(new Float32Array(units), [units]);
  return {
    variables: [kernel, bias],
    set(newKernel, newBias) {
      kernel.assign(newKernel);
      bias.assign(newBias);
    },
    apply: (x) => activate[activation](tf.add(tf.matMul(x, kernel), bias)),
    export(graph, x, output) {
      const isLinear = activation === 'linear';
      const width = isLinear ? units : Math.ceil(units / vectorWidth) * vectorWidth;
      const weights = graph.weights(widened(valuesOf(kernel), [inputs, units], [x.width, width]), [x.width, width]);
      const biases = graph.weights(widened(valuesOf(bias), [1, units], [1, width]), [width]);
      const sum = graph.add('Gemm', [x.name, weights, biases], {}, isLinear ? output : undefined);
      return { width, name: isLinear ? sum : graph.add(onnxActivation[activation], [sum], {}, output) };
    },
  };
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
