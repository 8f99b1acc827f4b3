import * as tf from '@tensorflow/tfjs-core';
import type { ObjectiveSettings } from './objective-settings.ts';

/** A batch as tensors. */
export interface TensorBatch {
  /** [batch, rows, features]. */
  readonly windows: tf.Tensor3D;
  /** [batch, rows, scoredFeatures]: 1 where the cell counts, 0 where it is missing. */
  readonly weight: tf.Tensor3D;
}

type LossSettings = Pick<ObjectiveSettings, 'loss' | 'huberDelta'>;
type CellLoss = (x: tf.Tensor3D, y: tf.Tensor3D, settings: LossSettings) => tf.Tensor3D;

/** How far cross-entropy keeps from 0 and 1, where it is infinite: some ten steps of float32 below 1. */
const leastProbability = 1e-6;

/** The loss of each cell, of telemetry x and reconstruction y. */
const cellLosses: Readonly<Record<ObjectiveSettings['loss'], CellLoss>> = {
  /** (x - y)^2. */
  mse: (x, y) => tf.square(tf.sub(x, y)),
  /** |x - y|. */
  mae: (x, y) => tf.abs(tf.sub(x, y)),
  /**
   * r^2 / 2 of r = |x - y| up to delta, from there delta (r - delta / 2) (Huber, Robust Estimation of a Location
   * Parameter, 1964).
   */
  huber(x, y, { huberDelta }) {
    const distance = tf.abs(tf.sub(x, y));
    const near = tf.minimum(distance, huberDelta);
    return tf.add(tf.mul(0.5, tf.square(near)), tf.mul(huberDelta, tf.sub(distance, near)));
  },
  /** -x log y - (1 - x) log(1 - y), x held in [0, 1] (Vincent et al., Stacked Denoising Autoencoders, 2010). */
  bce(x, y) {
    const share = tf.clipByValue(x, 0, 1);
    const probability = tf.clipByValue(y, leastProbability, 1 - leastProbability);
    const hit = tf.mul(share, tf.log(probability));
    return tf.neg(tf.add<tf.Tensor3D>(hit, tf.mul(tf.sub(1, share), tf.log(tf.sub(1, probability)))));
  },
};

/**
 * Mean loss over the cells that count: sum w l(x, y) / sum w, where x is the scored prefix of the features and y the
 * reconstruction; 0 where nothing counts. A scalar. By default the loss is the squared residual, by which any two models of
 * a stream can be compared.
 */
export function reconstructionLoss(
  { windows, weight }: TensorBatch,
  reconstruction: tf.Tensor3D,
  settings: LossSettings = { loss: 'mse', huberDelta: 1 },
): tf.Scalar {
  const losses = cellLosses[settings.loss](scoredPrefix(windows, reconstruction.shape[2]), reconstruction, settings);
  return tf.div(tf.sum(tf.mul(weight, losses)), tf.maximum(tf.sum(weight), 1));
}

/** The first columns of every row. */
export function scoredPrefix(windows: tf.Tensor3D, scoredFeatures: number): tf.Tensor3D {
  const [batch, rows, features] = windows.shape;
  if (features === scoredFeatures) return windows;
  const cells = tf.reshape(windows, [batch * rows, features]);
  return tf.reshape(tf.slice(cells, [0, 0], [batch * rows, scoredFeatures]), [batch, rows, scoredFeatures]);
}
