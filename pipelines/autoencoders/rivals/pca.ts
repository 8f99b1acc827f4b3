import type { ArchitectureDescription, TrainableModel, WindowShape } from '../architecture.ts';
import { requireUndercomplete } from '../architecture-settings.ts';
import { denseAutoencoder } from '../dense-autoencoder.ts';
import { denseSettingsSchema } from '../dense-settings.ts';

/**
 * Principal components as a detector (Shyu et al., A Novel Anomaly Detection Scheme Based on Principal Component Classifier,
 * 2003): y = mean + (x - mean) V' V, V the leading components of the training windows. It is the linear autoencoder where that
 * starts, and takes no step from there.
 */
export function pca(description: ArchitectureDescription, shape: WindowShape, seed: number): TrainableModel {
  requireUndercomplete(description, shape);
  const linear = { ...description, settings: denseSettingsSchema.parse(description.settings) };
  return { ...denseAutoencoder(linear, shape, seed), description, objectives: [] };
}
