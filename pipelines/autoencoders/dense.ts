import { requireUndercomplete } from './architecture-settings.ts';
import type { ArchitectureDescription, TrainableModel, WindowShape } from './architecture.ts';
import { denseAutoencoder } from './dense-autoencoder.ts';

/**
 * The undercomplete autoencoder of fully connected layers (Hinton and Salakhutdinov, Reducing the Dimensionality of Data with
 * Neural Networks, 2006): y = g(f(x)) through a code narrower than what is to be reconstructed, so that it cannot copy.
 */
export function dense(description: ArchitectureDescription, shape: WindowShape, seed: number): TrainableModel {
  requireUndercomplete(description, shape);
  return denseAutoencoder(description, shape, seed);
}
