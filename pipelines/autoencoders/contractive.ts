import * as tf from '@tensorflow/tfjs-core';
import type { ArchitectureDescription, TrainableModel, WindowShape } from './architecture.ts';
import { squaredJacobian } from './contraction.ts';
import { denseAutoencoder } from './dense-autoencoder.ts';
import type { ContractiveSettings } from './dense-settings.ts';

/**
 * The contractive autoencoder (Rifai et al., Contractive Auto-Encoders: Explicit Invariance During Feature Extraction, 2011):
 * loss + lambda |dh/dx|^2, so that the code moves only along what telemetry does.
 */
export function contractive(description: ArchitectureDescription, shape: WindowShape, seed: number): TrainableModel {
  const { contraction, projections } = description.settings as ContractiveSettings;
  return denseAutoencoder(description, shape, seed, {
    penalty: (encoding, random) => tf.mul(contraction, squaredJacobian(encoding, projections, random)),
  });
}
