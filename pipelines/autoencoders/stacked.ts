import type { TrainableModel, ArchitectureDescription, WindowShape } from './architecture.ts';
import { requireUndercomplete } from './architecture-settings.ts';
import { denseAutoencoder } from './dense-autoencoder.ts';

/**
 * The deep autoencoder whose layers are trained one by one, each to rebuild what the one before gives, and then all of them
 * together (Bengio et al., Greedy Layer-Wise Training of Deep Networks, 2006; see layer-wise-start.ts).
 */
export function stacked(description: ArchitectureDescription, shape: WindowShape, seed: number): TrainableModel {
  requireUndercomplete(description, shape);
  return denseAutoencoder(description, shape, seed);
}
