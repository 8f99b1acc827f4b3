import { parseArchitecture, type ArchitectureName } from './architecture-settings.ts';
import type { Architecture, ArchitectureDescription, TrainableModel, WindowShape } from './architecture.ts';
import { dense } from './dense.ts';
import { lstm } from './lstm.ts';

/** Every architecture that can be trained. */
export const architectures: Readonly<Record<ArchitectureName, Architecture>> = { dense, lstm };

/**
 * Builds a model with random weights, the same for the same seed.
 * Errors: CUPOLA_ARCHITECTURE_INVALID naming setting, value and bound.
 */
export function buildModel(
  { name, settings }: ArchitectureDescription,
  shape: WindowShape,
  seed: number,
): TrainableModel {
  const { name: known, settings: parsed } = parseArchitecture(name, settings);
  return architectures[known as ArchitectureName].build({ name: known, settings: parsed }, shape, seed);
}
