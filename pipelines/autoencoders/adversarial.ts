import * as tf from '@tensorflow/tfjs-core';
import { SeededRandom } from '../random.ts';
import type { AdversarialSettings } from './adversarial-settings.ts';
import { requireUndercomplete } from './architecture-settings.ts';
import type { ArchitectureDescription, Objective, TrainableModel, WindowShape } from './architecture.ts';
import { denseAutoencoder } from './dense-autoencoder.ts';
import { denseLayer, type DenseLayer } from './dense-layer.ts';
import { through } from './dense-stack.ts';

/**
 * The adversarial autoencoder (Makhzani et al., Adversarial Autoencoders, 2015): of codes h and standard normal draws z, a
 * discriminator d minimises -log s(d(z)) - log(1 - s(d(h))), and the autoencoder loss + lambda (-log s(d(h))), turn by turn, s
 * being the logistic function. The discriminator serves training alone.
 */
export function adversarial(description: ArchitectureDescription, shape: WindowShape, seed: number): TrainableModel {
  requireUndercomplete(description, shape);
  const { code, adversary, discriminator: hidden } = description.settings as AdversarialSettings;
  const discriminator = discriminatorOf(code, hidden, SeededRandom.for(seed, 'discriminator'));
  const variables = discriminator.flatMap((layer) => layer.variables);
  const model = denseAutoencoder(description, shape, seed, {
    penalty: ({ code }) => tf.mul(adversary, lossOf(through(discriminator, code), 'drawn')),
  });
  const discrimination: Objective = {
    variables,
    loss({ windows }, random) {
      const codes = model.encode(windows);
      const draws = tf.tensor2d(
        Float32Array.from({ length: codes.size }, () => random.normal()),
        codes.shape,
      );
      return tf.add(lossOf(through(discriminator, draws), 'drawn'), lossOf(through(discriminator, codes), 'encoded'));
    },
  };
  return {
    ...model,
    variables: [...model.variables, ...variables],
    objectives: [...model.objectives!, discrimination],
    dispose() {
      model.dispose();
      tf.dispose(variables);
    },
  };
}

/** From codes to the log odds that they were drawn rather than encoded, [batch, 1]. */
function discriminatorOf(code: number, hidden: readonly number[], random: SeededRandom): DenseLayer[] {
  const layers = hidden.map((units, index) => denseLayer(random, hidden[index - 1] ?? code, units, 'relu'));
  return [...layers, denseLayer(random, hidden.at(-1) ?? code, 1, 'linear')];
}

/** Mean binary cross-entropy of log odds where all are truly of one kind. */
function lossOf(logOdds: tf.Tensor2D, kind: 'drawn' | 'encoded'): tf.Scalar {
  return tf.mean(tf.softplus(kind === 'drawn' ? tf.neg(logOdds) : logOdds));
}
