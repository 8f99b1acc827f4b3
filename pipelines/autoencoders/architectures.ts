import { parseArchitecture, type ArchitectureName } from './architecture-settings.ts';
import type { Architecture, ArchitectureDescription, TrainableModel, WindowShape } from './architecture.ts';
import { contractive } from './contractive.ts';
import { denoising } from './denoising.ts';
import { dense } from './dense.ts';
import { kSparse } from './k-sparse.ts';
import { lstm } from './lstm.ts';
import { overcomplete } from './overcomplete.ts';
import { sparseKl } from './sparse-kl.ts';
import { sparseL1 } from './sparse-l1.ts';
import { stacked } from './stacked.ts';

/** Every architecture that can be trained. */
export const architectures: Readonly<Record<ArchitectureName, Architecture>> = {
  dense,
  undercomplete: dense,
  stacked,
  overcomplete,
  'sparse-l1': sparseL1,
  'sparse-kl': sparseKl,
  'k-sparse': kSparse,
  denoising,
  contractive,
  lstm,
};

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
  return architectures[known as ArchitectureName]({ name: known, settings: parsed }, shape, seed);
}
