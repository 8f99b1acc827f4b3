import * as tf from '@tensorflow/tfjs-core';
import type { SeededRandom } from '../random.ts';
import { orthonormaliseRows } from './orthonormal-rows.ts';

/** The mean of some vectors and the directions in which they vary most. */
export interface PrincipalComponents {
  /** width numbers. */
  readonly mean: Float32Array;
  /** count x width, row-major, orthonormal rows, those of most variance first. */
  readonly components: Float32Array;
}

/** Each round shrinks what lies outside the components' span by the ratio of variances; more changed no model's loss. */
const rounds = 10;

/**
 * The leading principal components of row-major vectors, by orthogonal iteration with the covariance, which is never
 * formed: Q <- orth(Q X'X) (Golub and Van Loan, Matrix Computations, section 8.2.4). `vectors` is [n, width].
 */
export async function principalComponents(
  vectors: tf.Tensor2D,
  count: number,
  random: SeededRandom,
): Promise<PrincipalComponents> {
  const width = vectors.shape[1];
  const mean = tf.mean(vectors, 0);
  const centered = tf.sub<tf.Tensor2D>(vectors, mean);
  try {
    let components = Float32Array.from({ length: count * width }, () => random.normal());
    orthonormaliseRows(components, width);
    for (let round = 0; round < rounds; round++) {
      components = await timesCovariance(components, centered);
      orthonormaliseRows(components, width);
    }
    return { mean: await mean.data<'float32'>(), components };
  } finally {
    tf.dispose([mean, centered]);
  }
}

async function timesCovariance(
  components: Float32Array<ArrayBuffer>,
  centered: tf.Tensor2D,
): Promise<Float32Array<ArrayBuffer>> {
  const product = tf.tidy(() => {
    const rows = tf.tensor2d(components, [components.length / centered.shape[1], centered.shape[1]]);
    return tf.matMul(tf.matMul(rows, centered, false, true), centered);
  });
  const values = Float32Array.from(await product.data<'float32'>());
  product.dispose();
  return values;
}
