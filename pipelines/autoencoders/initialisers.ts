import * as tf from '@tensorflow/tfjs-core';
import type { SeededRandom } from '../random.ts';

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
  const matrix = new Float32Array(size * size);
  const rows: Float64Array[] = [];
  for (let index = 0; index < size; index++) {
    const row = Float64Array.from({ length: size }, () => random.normal());
    for (const other of rows) {
      const along = dot(row, other);
      for (let i = 0; i < size; i++) row[i]! -= along * other[i]!;
    }
    const norm = Math.sqrt(dot(row, row));
    for (let i = 0; i < size; i++) row[i]! /= norm;
    rows.push(row);
    matrix.set(row, index * size);
  }
  return matrix;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** A variable with these values, row-major. */
export function variableOf<R extends tf.Rank>(values: Float32Array, shape: tf.ShapeMap[R]): tf.Variable<R> {
  return tf.tidy(() => tf.variable(tf.tensor(values, shape)));
}
