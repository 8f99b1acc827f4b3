import type { ArchitectureDescription, TrainableModel, WindowShape } from './architecture.ts';
import { corrupted } from './corruption.ts';
import { denseAutoencoder } from './dense-autoencoder.ts';
import type { DenoisingSettings } from './dense-settings.ts';

/**
 * The denoising autoencoder (Vincent et al., Stacked Denoising Autoencoders, 2010): loss(x, g(f(c(x)))), c a corruption
 * drawn anew at every step; see corruption.ts. Scoring sees windows as they are.
 */
export function denoising(description: ArchitectureDescription, shape: WindowShape, seed: number): TrainableModel {
  const settings = description.settings as DenoisingSettings;
  return denseAutoencoder(description, shape, seed, {
    corrupt: (windows, random) => corrupted(windows, settings, random),
  });
}
