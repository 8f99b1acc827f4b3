import * as tf from '@tensorflow/tfjs-core';
import type { FeatureWindows } from '../ports.ts';
import type { SeededRandom } from '../random.ts';
import type { WindowShape } from './architecture.ts';
import { scoredInputs, type DenseStack } from './dense-stack.ts';
import { principalComponents } from './principal-components.ts';

/** Windows that components are taken of: enough for them to be stable, few enough to take a second. */
const mostStartWindows = 4096;

/**
 * Starts a linear autoencoder, one layer in and one out, at the principal components of what it sees of its windows: of all
 * linear autoencoders these reconstruct best (Baldi and Hornik, Neural Networks and Principal Component Analysis, 1989).
 *
 * code = (x - mean) V', reconstruction = mean + code V over the scored features. `flat` gives [n, rows x features].
 */
export async function startAtPrincipalComponents(
  { encoder, decoder }: DenseStack,
  shape: WindowShape,
  windows: FeatureWindows,
  flat: (windows: tf.Tensor3D) => tf.Tensor2D,
  random: SeededRandom,
): Promise<void> {
  const vectors = tf.tidy(() => flat(someWindows(windows, shape.rows)));
  const [width, code] = encoder[0]!.kernel().shape;
  const { mean, components } = await principalComponents(vectors, code, random);
  vectors.dispose();
  tf.tidy(() => {
    const transposed = tf.transpose(tf.tensor2d(components, [code, width]));
    const meanRow = tf.tensor2d(mean, [1, width]);
    encoder[0]!.set(transposed, tf.neg(tf.reshape(tf.matMul(meanRow, transposed), [code])));
    const scoredMean = scoredInputs(tf.reshape(meanRow, [width, 1]), shape);
    decoder[0]!.set(tf.transpose(scoredInputs(transposed, shape)), tf.reshape(scoredMean, [scoredMean.size]));
  });
}

/** Evenly spread over all of them. */
function someWindows({ count, features }: FeatureWindows, rows: number): tf.Tensor3D {
  const taken = Math.min(count, mostStartWindows);
  const cells = features.length / count;
  const some = new Float32Array(taken * cells);
  for (let i = 0; i < taken; i++) {
    const from = Math.floor((i * count) / taken) * cells;
    some.set(features.subarray(from, from + cells), i * cells);
  }
  return tf.tensor3d(some, [taken, rows, cells / rows]);
}
