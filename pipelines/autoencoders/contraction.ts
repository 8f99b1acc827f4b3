import * as tf from '@tensorflow/tfjs-core';
import type { SeededRandom } from '../random.ts';
import type { Encoding } from './dense-autoencoder.ts';
import type { DenseLayer } from './dense-layer.ts';

/**
 * Mean over the batch of the squared Frobenius norm of the encoder's Jacobian, |dh/dx|^2 (Rifai et al., Contractive
 * Auto-Encoders, 2011). Of one layer h = s(x W + b) it is sum_j s'(h_j)^2 sum_i W_ij^2. Of a deeper one it is estimated: for
 * u of independent signs the expectation of |J u|^2 is |J|^2 (Hutchinson, A Stochastic Estimator of the Trace, 1990), and J u is
 * had on the way through the layers, t <- s'(h) (t W) from t = u.
 */
export function squaredJacobian({ x, code, encoder }: Encoding, projections: number, random: SeededRandom): tf.Scalar {
  if (encoder.length === 1) return ofOneLayer(encoder[0]!, code);
  const norms = Array.from({ length: projections }, () => ofProjection(encoder, x, random));
  return tf.div(tf.addN(norms), projections);
}

function ofOneLayer(layer: DenseLayer, code: tf.Tensor2D): tf.Scalar {
  const ofColumns = tf.sum(tf.square(layer.kernel()), 0);
  return meanOfRows(tf.mul(tf.square(layer.slope(code)), ofColumns));
}

function ofProjection(encoder: readonly DenseLayer[], x: tf.Tensor2D, random: SeededRandom): tf.Scalar {
  const signs = Float32Array.from({ length: x.size }, () => (random.uniform() < 0.5 ? -1 : 1));
  let output = x;
  let tangent = tf.tensor2d(signs, x.shape);
  for (const layer of encoder) {
    output = layer.apply(output);
    tangent = tf.mul(layer.slope(output), tf.matMul(tangent, layer.kernel()));
  }
  return meanOfRows(tf.square(tangent));
}

/** The mean over rows of the sum of each. */
function meanOfRows(matrix: tf.Tensor2D): tf.Scalar {
  return tf.mean(tf.sum(matrix, 1));
}
