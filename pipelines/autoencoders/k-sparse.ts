import * as tf from '@tensorflow/tfjs-core';
import type { ArchitectureDescription, TrainableModel, WindowShape } from './architecture.ts';
import { denseAutoencoder, type CodeSelection } from './dense-autoencoder.ts';
import type { KSparseSettings } from './dense-settings.ts';
import { onnxType } from './onnx-schema.ts';

/**
 * The k-sparse autoencoder (Makhzani and Frey, k-Sparse Autoencoders, 2013): of the code only the k greatest units count, in
 * training and in scoring, and all others are 0. Equal ones at the k-th place count all. Two runtimes may choose differently where
 * the k-th and the next differ by less than a rounding.
 */
export function kSparse(description: ArchitectureDescription, shape: WindowShape, seed: number): TrainableModel {
  const { k } = description.settings as KSparseSettings;
  return denseAutoencoder(description, shape, seed, { select: greatest(k) });
}

function greatest(k: number): CodeSelection {
  return {
    apply(code) {
      // What counts is taken as given: the gradient is that of the units that do.
      const counts = tf.customGrad((code) => {
        const least = tf.min(tf.topk(code as tf.Tensor2D, k).values, 1, true);
        return {
          value: tf.cast(tf.greaterEqual(code as tf.Tensor2D, least), 'float32'),
          gradFunc: (dy) => tf.zerosLike(dy),
        };
      })(code);
      return tf.mul(code, counts);
    },
    export(graph, { name, width }, output) {
      const outputs = ['greatest of the code', 'where they stand'];
      const [values] = graph.addWithOutputs('TopK', [name, graph.integers([k])], { axis: 1 }, outputs);
      const least = graph.add('ReduceMin', [values!], { axes: [1], keepdims: 1 });
      const counts = graph.add('Cast', [graph.add('GreaterOrEqual', [name, least])], { to: onnxType.float });
      return { width, name: graph.add('Mul', [name, counts], {}, output) };
    },
  };
}
