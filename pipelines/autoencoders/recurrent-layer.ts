import * as tf from '@tensorflow/tfjs-core';
import type { SeededRandom } from '../random.ts';
import { orthogonal } from './initialisers.ts';
import type { OnnxGraph } from './onnx-export.ts';
import type { Walk } from './recurrent-walk.ts';

/** A layer that walks through the rows of a window with a state. */
export interface RecurrentLayer {
  readonly variables: readonly tf.Variable[];
  /** Time-major [steps x batch, inputs], or [batch, inputs] of a constant input, to time-major [steps x batch, units]. */
  apply(x: tf.Tensor2D): tf.Tensor2D;
  /** Adds the layer to a graph: [steps, batch, inputs] to [steps, 1, batch, units], and the last state [1, batch, units]. */
  export(graph: OnnxGraph, x: string): { readonly states: string; readonly last: string };
}

/** A layer of one kind with random weights. */
export type RecurrentLayerKind = (random: SeededRandom, inputs: number, units: number, walk: Walk) => RecurrentLayer;

/** [units, gates x units]: an orthogonal matrix for each gate, side by side. */
export function orthogonalGates(random: SeededRandom, units: number, gates: number): Float32Array {
  const kernel = new Float32Array(units * gates * units);
  for (let gate = 0; gate < gates; gate++) {
    const matrix = orthogonal(random, units);
    for (let row = 0; row < units; row++)
      kernel.set(matrix.subarray(row * units, (row + 1) * units), (row * gates + gate) * units);
  }
  return kernel;
}

/** Adds a kernel as ONNX has it: one direction, transposed. */
export function exportTurned(graph: OnnxGraph, variable: tf.Variable): string {
  const turned = tf.tidy(() => tf.transpose(variable).dataSync<'float32'>());
  const [inputs, outputs] = variable.shape as [number, number];
  return graph.weights(turned, [1, outputs, inputs]);
}
