import * as tf from '@tensorflow/tfjs-core';
import type { ArchitectureDescription, TrainableModel, WindowShape } from './architecture.ts';
import { squaredJacobian } from './contraction.ts';
import { corrupted } from './corruption.ts';
import { denseAutoencoder } from './dense-autoencoder.ts';
import type { OvercompleteSettings } from './dense-settings.ts';
import { l1Penalty } from './sparse-l1.ts';

/**
 * The overcomplete autoencoder: a code wider than what is to be reconstructed, which could copy it, kept from that by any of
 * sparsity, corruption and contraction (Goodfellow et al., Deep Learning, 2016, section 14.2):
 * loss(x, g(f(c(x)))) + lambda mean |h| + kappa |dh/dx|^2.
 */
export function overcomplete(description: ArchitectureDescription, shape: WindowShape, seed: number): TrainableModel {
  const settings = description.settings as OvercompleteSettings;
  const { codeRatio, sparsity, contraction, projections } = settings;
  const code = Math.ceil(codeRatio * shape.rows * shape.scoredFeatures);
  const wide = { ...description, settings: { ...settings, code } };
  const model = denseAutoencoder(wide, shape, seed, {
    corrupt: (windows, random) => corrupted(windows, settings, random),
    penalty(encoding, random) {
      const l1 = l1Penalty(encoding.code, sparsity);
      if (contraction === 0) return l1;
      return tf.add(l1, tf.mul(contraction, squaredJacobian(encoding, projections, random)));
    },
  });
  return { ...model, description };
}
