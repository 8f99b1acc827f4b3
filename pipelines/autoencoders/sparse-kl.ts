import * as tf from '@tensorflow/tfjs-core';
import type { ArchitectureDescription, TrainableModel, WindowShape } from './architecture.ts';
import { denseAutoencoder } from './dense-autoencoder.ts';
import type { SparseKlSettings } from './dense-settings.ts';

/**
 * The autoencoder whose units are each to be active in a share rho of windows (Ng, Sparse Autoencoder, CS294A, 2011; Lee et
 * al., Sparse Deep Belief Net Model for Visual Area V2, 2007): loss + beta mean_j KL(rho || r_j), r_j the mean activation of unit j
 * over the batch, KL(p || q) = p log(p / q) + (1 - p) log((1 - p) / (1 - q)).
 */
export function sparseKl(description: ArchitectureDescription, shape: WindowShape, seed: number): TrainableModel {
  const { sparsity, targetActivation } = description.settings as SparseKlSettings;
  return denseAutoencoder(description, shape, seed, {
    penalty: ({ code }) => tf.mul(sparsity, divergence(targetActivation, tf.mean<tf.Tensor1D>(code, 0))),
  });
}

/** How far means are kept from 0 and 1, where the divergence is infinite. */
const leastMean = 1e-6;

/** Mean over units of KL(rho || r_j), of mean activations r in (0, 1). */
export function divergence(rho: number, means: tf.Tensor1D): tf.Scalar {
  const r = tf.clipByValue(means, leastMean, 1 - leastMean);
  const active = tf.mul(rho, tf.sub(Math.log(rho), tf.log(r)));
  const still = tf.mul(1 - rho, tf.sub(Math.log(1 - rho), tf.log(tf.sub(1, r))));
  return tf.mean(tf.add(active, still));
}
