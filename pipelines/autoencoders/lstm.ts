import type { ArchitectureDescription, TrainableModel, WindowShape } from './architecture.ts';
import { lstmLayer } from './lstm-layer.ts';
import { recurrentAutoencoder } from './recurrent-autoencoder.ts';

/** The autoencoder of LSTM layers (Malhotra et al., LSTM-based Encoder-Decoder for Multi-sensor Anomaly Detection, 2016). */
export function lstm(description: ArchitectureDescription, shape: WindowShape, seed: number): TrainableModel {
  return recurrentAutoencoder(description, shape, seed, lstmLayer);
}
