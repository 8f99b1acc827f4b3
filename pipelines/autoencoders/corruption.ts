import * as tf from '@tensorflow/tfjs-core';
import type { SeededRandom } from '../random.ts';
import type { CorruptionSettings } from './dense-settings.ts';

/**
 * Corrupts windows [batch, rows, features]: normal noise on every cell, then single cells and whole feature columns of a window
 * to 0, which is where a scaler has its center (Vincent et al., Extracting and Composing Robust Features with Denoising
 * Autoencoders, 2008, and Stacked Denoising Autoencoders, 2010). A column is what a dead sensor leaves.
 */
export function corrupted(
  windows: tf.Tensor3D,
  { gaussian, masking, channelDropout }: CorruptionSettings,
  random: SeededRandom,
): tf.Tensor3D {
  const [batch, rows, features] = windows.shape;
  const kept = (share: number): number => (random.uniform() < share ? 0 : 1);
  let seen = windows;
  if (gaussian > 0)
    seen = tf.add(
      seen,
      filled([batch, rows, features], () => gaussian * random.normal()),
    );
  if (masking > 0)
    seen = tf.mul(
      seen,
      filled([batch, rows, features], () => kept(masking)),
    );
  if (channelDropout > 0)
    seen = tf.mul(
      seen,
      filled([batch, 1, features], () => kept(channelDropout)),
    );
  return seen;
}

function filled(shape: [number, number, number], next: () => number): tf.Tensor3D {
  return tf.tensor3d(Float32Array.from({ length: shape[0] * shape[1] * shape[2] }, next), shape);
}
