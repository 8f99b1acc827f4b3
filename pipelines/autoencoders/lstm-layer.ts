import * as tf from '@tensorflow/tfjs-core';
import type { SeededRandom } from '../random.ts';
import { valuesOf } from './dense-layer.ts';
import { glorotUniform, variableOf } from './initialisers.ts';
import { lstmRecurrence } from './lstm-recurrence.ts';
import { exportTurned, orthogonalGates, type RecurrentLayer } from './recurrent-layer.ts';
import type { Walk } from './recurrent-walk.ts';

/**
 * An LSTM layer with random weights, gates in ONNX's order (input, output, forget, candidate): input kernel after Glorot, recurrent kernel orthogonal for each gate, and a forget bias of
 * 1 (Jozefowicz et al., An Empirical Exploration of Recurrent Network Architectures, 2015).
 */
export function lstmLayer(random: SeededRandom, inputs: number, units: number, walk: Walk): RecurrentLayer {
  const kernel = variableOf<tf.Rank.R2>(glorotUniform(random, inputs, 4 * units), [inputs, 4 * units]);
  const recurrent = variableOf<tf.Rank.R2>(orthogonalGates(random, units, 4), [units, 4 * units]);
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
