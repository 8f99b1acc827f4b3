import type { ArchitectureDescription, TrainableModel, WindowShape } from './architecture.ts';
import { gruLayer } from './gru-layer.ts';
import { recurrentAutoencoder } from './recurrent-autoencoder.ts';

/** The autoencoder of GRU layers, which have three matrices where those of LSTMs have four; see gru-recurrence.ts. */
export function gru(description: ArchitectureDescription, shape: WindowShape, seed: number): TrainableModel {
  return recurrentAutoencoder(description, shape, seed, gruLayer);
}
