import * as tf from '@tensorflow/tfjs-core';

/** A batch as tensors. */
export interface TensorBatch {
  /** [batch, rows, features]. */
  readonly windows: tf.Tensor3D;
  /** [batch, rows, scoredFeatures]: 1 where the cell counts, 0 where it is missing. */
  readonly weight: tf.Tensor3D;
}

/**
 * Mean squared residual over the cells that count: sum w (x - y)^2 / sum w, where x is the scored prefix of the features
 * and y the reconstruction; 0 where nothing counts. A scalar.
 */
export function reconstructionLoss({ windows, weight }: TensorBatch, reconstruction: tf.Tensor3D): tf.Scalar {
  const residual = tf.sub(scoredPrefix(windows, reconstruction.shape[2]), reconstruction);
  return tf.div(tf.sum(tf.mul(weight, tf.square(residual))), tf.maximum(tf.sum(weight), 1));
}

/** The first columns of every row. */
function scoredPrefix(windows: tf.Tensor3D, scoredFeatures: number): tf.Tensor3D {
  const [batch, rows, features] = windows.shape;
  if (features === scoredFeatures) return windows;
  const cells = tf.reshape(windows, [batch * rows, features]);
  return tf.reshape(tf.slice(cells, [0, 0], [batch * rows, scoredFeatures]), [batch, rows, scoredFeatures]);
}
