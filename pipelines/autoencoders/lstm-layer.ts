import * as tf from '@tensorflow/tfjs-core';
import type { SeededRandom } from '../random.ts';
import { valuesOf } from './dense-layer.ts';
import { glorotUniform, orthogonal, variableOf } from './initialisers.ts';
import { lstmRecurrence, type Walk } from './lstm-recurrence.ts';
import type { OnnxGraph } from './onnx-export.ts';

/** An LSTM layer; gates stand in ONNX's order: input, output, forget, candidate. */
export interface LstmLayer {
  readonly variables: readonly tf.Variable[];
  /** Time-major [steps x batch, inputs], or [batch, inputs] of a constant input, to time-major [steps x batch, units]. */
  apply(x: tf.Tensor2D): tf.Tensor2D;
  /** Adds the layer to a graph: [steps, batch, inputs] to [steps, 1, batch, units], and the last state [1, batch, units]. */
  export(graph: OnnxGraph, x: string): { readonly states: string; readonly last: string };
}

/**
 * A layer with random weights: input kernel after Glorot, recurrent kernel orthogonal for each gate, and a forget bias of
 * 1 (Jozefowicz et al., An Empirical Exploration of Recurrent Network Architectures, 2015).
 */
export function lstmLayer(random: SeededRandom, inputs: number, units: number, walk: Walk): LstmLayer {
  const kernel = variableOf<tf.Rank.R2>(glorotUniform(random, inputs, 4 * units), [inputs, 4 * units]);
  const recurrent = variableOf<tf.Rank.R2>(orthogonalGates(random, units), [units, 4 * units]);
  const bias = variableOf<tf.Rank.R1>(new Float32Array(4 * units).fill(1, 2 * units, 3 * units), [4 * units]);
  return {
    variables: [kernel, recurrent, bias],
    apply: (x) => lstmRecurrence(tf.add(tf.matMul(x, kernel), bias), recurrent, walk),
    export(graph, x) {
      // ONNX has a bias for the input and one for the recurrence; theirs is a sum, so the second stays 0.
      const biases = new Float32Array(8 * units);
      biases.set(valuesOf(bias));
      const [states, last] = graph.addWithOutputs(
        'LSTM',
        [x, exportTurned(graph, kernel), exportTurned(graph, recurrent), graph.weights(biases, [1, 8 * units])],
        { hidden_size: units, direction: walk.direction },
        [`states of ${x}`, `last state of ${x}`],
      );
      return { states: states!, last: last! };
    },
  };
}

/** [units, 4 units]: an orthogonal matrix for each gate, side by side. */
function orthogonalGates(random: SeededRandom, units: number): Float32Array {
  const kernel = new Float32Array(units * 4 * units);
  for (let gate = 0; gate < 4; gate++) {
    const matrix = orthogonal(random, units);
    for (let row = 0; row < units; row++)
      kernel.set(matrix.subarray(row * units, (row + 1) * units), (row * 4 + gate) * units);
  }
  return kernel;
}

/** Adds a kernel as ONNX has it: one direction, transposed. */
function exportTurned(graph: OnnxGraph, variable: tf.Variable): string {
  const turned = tf.tidy(() => tf.transpose(variable).dataSync<'float32'>());
  const [inputs, outputs] = variable.shape as [number, number];
  return graph.weights(turned, [1, outputs, inputs]);
}
