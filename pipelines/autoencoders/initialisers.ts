import * as tf from '@tensorflow/tfjs-core';
import type { SeededRandom } from '../random.ts';
import { orthonormaliseRows } from './orthonormal-rows.ts';

/**
 * Weights of a rows x columns kernel, uniform in +/- sqrt(6 / (rows + columns)) (Glorot and Bengio, Understanding the
 * difficulty of training deep feedforward neural networks, 2010).
 */
export function glorotUniform(random: SeededRandom, rows: number, columns: number): Float32Array {
  const limit = Math.sqrt(6 / (rows + columns));
  return Float32Array.from({ length: rows * columns }, () => random.between(-limit, limit));
}

/**
 * A random orthogonal size x size matrix, by Gram and Schmidt on normal rows: a recurrent kernel that neither shrinks nor
 * blows up what passes through it (Saxe et al., Exact solutions to the nonlinear dynamics of learning, 2013).
 */
export function orthogonal(random: SeededRandom, size: number): Float32Array {
  const matrix = Float32Array.from({ length: size * size }, () => random.normal());
  orthonormaliseRows(matrix, size);
  return matrix;
}

/** A variable with these values, row-major. */
export function variableOf<R extends tf.Rank>(values: Float32Array, shape: tf.ShapeMap[R]): tf.Variable<R> {
  return tf.tidy(() => tf.variable(tf.tensor(values, shape)));
}
