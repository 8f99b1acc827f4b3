import * as tf from '@tensorflow/tfjs-core';
import type { ArchitectureDescription, TrainableModel, WindowShape } from './architecture.ts';
import { denseAutoencoder } from './dense-autoencoder.ts';
import type { SparseL1Settings } from './dense-settings.ts';

/**
 * The autoencoder with a code made sparse by its absolute values (Goodfellow et al., Deep Learning, 2016, section 14.2.1):
 * loss + lambda mean |h|, the mean over units and windows.
 */
export function sparseL1(description: ArchitectureDescription, shape: WindowShape, seed: number): TrainableModel {
  const { sparsity } = description.settings as SparseL1Settings;
  return denseAutoencoder(description, shape, seed, { penalty: ({ code }) => l1Penalty(code, sparsity) });
}

/** lambda mean |h|. */
export function l1Penalty(code: tf.Tensor2D, sparsity: number): tf.Scalar {
  return tf.mul(sparsity, tf.mean<tf.Scalar>(tf.abs(code)));
}
