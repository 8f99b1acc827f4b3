import * as tf from '@tensorflow/tfjs-core';
import type { Minimise } from './architecture.ts';
import { through, type DenseStack } from './dense-stack.ts';
import type { TensorBatch } from './loss.ts';

/** Between windows and vectors, for a stack. */
export interface StackEnds {
  /** [batch, rows, features] to [batch, rows x features]. */
  readonly flat: (windows: tf.Tensor3D) => tf.Tensor2D;
  /** The loss of a reconstruction [batch, rows x scoredFeatures]. */
  readonly loss: (batch: TensorBatch, reconstruction: tf.Tensor2D) => tf.Scalar;
}

/**
 * Trains a stack layer by layer, outermost first (Bengio et al., Greedy Layer-Wise Training of Deep Networks, 2006): layer
 * l of the encoder with the decoder's layer that mirrors it are an autoencoder of h = f(l-1)(... f1(x)), which stays as
 * it is; the outermost rebuilds the window, the others minimise mean |h - g(f(h))|^2.
 */
export async function trainLayerByLayer(
  { encoder, decoder }: DenseStack,
  { flat, loss }: StackEnds,
  minimise: Minimise,
  epochs: number,
): Promise<void> {
  for (const [depth, layer] of encoder.entries()) {
    const mirrored = decoder.at(-1 - depth)!;
    const pair = {
      variables: [...layer.variables, ...mirrored.variables],
      loss(batch: TensorBatch): tf.Scalar {
        const given = through(encoder.slice(0, depth), flat(batch.windows));
        const rebuilt = mirrored.apply(layer.apply(given));
        return depth === 0 ? loss(batch, rebuilt) : tf.mean(tf.square(tf.sub(given, rebuilt)));
      },
    };
    await minimise(pair, epochs);
  }
}
