import * as tf from '@tensorflow/tfjs-core';
import type { SeededRandom } from '../random.ts';
import { valuesOf } from './dense-layer.ts';
import { gruRecurrence } from './gru-recurrence.ts';
import { glorotUniform, variableOf } from './initialisers.ts';
import { exportTurned, orthogonalGates, type RecurrentLayer } from './recurrent-layer.ts';
import type { Walk } from './recurrent-walk.ts';

/**
 * A GRU layer with random weights, gates in ONNX's order (update, reset, candidate): input kernel after Glorot, recurrent kernel
 * orthogonal for each gate, no bias yet.
 */
export function gruLayer(random: SeededRandom, inputs: number, units: number, walk: Walk): RecurrentLayer {
  const kernel = variableOf<tf.Rank.R2>(glorotUniform(random, inputs, 3 * units), [inputs, 3 * units]);
  const recurrent = variableOf<tf.Rank.R2>(orthogonalGates(random, units, 3), [units, 3 * units]);
  const bias = variableOf<tf.Rank.R1>(new Float32Array(3 * units), [3 * units]);
  return {
    variables: [kernel, recurrent, bias],
    apply: (x) => gruRecurrence(tf.add(tf.matMul(x, kernel), bias), recurrent, walk),
    export(graph, x) {
      // ONNX has a bias for the input and one for the recurrence; ours has none of those.
      const biases = new Float32Array(6 * units);
      biases.set(valuesOf(bias));
      const [states, last] = graph.addWithOutputs(
        'GRU',
        [x, exportTurned(graph, kernel), exportTurned(graph, recurrent), graph.weights(biases, [1, 6 * units])],
        { hidden_size: units, direction: walk.direction, linear_before_reset: 1 },
        [`states of ${x}`, `last state of ${x}`],
      );
      return { states: states!, last: last! };
    },
  };
}
