import { adversarial } from './adversarial.ts';
import { parseArchitecture, type ArchitectureName } from './architecture-settings.ts';
import type { Architecture, ArchitectureDescription, TrainableModel, WindowShape } from './architecture.ts';
import { contractive } from './contractive.ts';
import { convolutional } from './convolutional.ts';
import { denoising } from './denoising.ts';
import { dense } from './dense.ts';
import { ensembleOf } from './ensemble.ts';
import { gru } from './gru.ts';
import { kSparse } from './k-sparse.ts';
import { levelFree } from './level-free.ts';
import { lstm } from './lstm.ts';
import { overcomplete } from './overcomplete.ts';
import { reconstructionProbability } from './reconstruction-probability.ts';
import { forecaster } from './rivals/forecaster.ts';
import { lastValue } from './rivals/last-value.ts';
import { lstmForecaster } from './rivals/lstm-forecaster.ts';
import { nearestWindow } from './rivals/nearest-window.ts';
import { pca } from './rivals/pca.ts';
import { ridge } from './rivals/ridge.ts';
import { sparseKl } from './sparse-kl.ts';
import { sparseL1 } from './sparse-l1.ts';
import { stacked } from './stacked.ts';
import { betaVariational, variational } from './variational.ts';

/** Architectures that a model can be of by itself: the family, and then its rivals. */
const single: Readonly<Record<Exclude<ArchitectureName, 'ensemble'>, Architecture>> = {
  dense,
  undercomplete: dense,
  stacked,
  overcomplete,
  'sparse-l1': sparseL1,
  'sparse-kl': sparseKl,
  'k-sparse': kSparse,
  denoising,
  contractive,
  convolutional,
  lstm,
  gru,
  variational,
  'beta-variational': betaVariational,
  'reconstruction-probability': reconstructionProbability,
  adversarial,
  'level-free': levelFree,
  pca,
  'last-value': lastValue,
  'nearest-window': nearestWindow,
  ridge,
  forecaster,
  'lstm-forecaster': lstmForecaster,
};

/** Every architecture that can be trained. */
export const architectures: Readonly<Record<ArchitectureName, Architecture>> = {
  ...single,
  ensemble: ensembleOf((member, shape, seed) => single[member.name as keyof typeof single](member, shape, seed)),
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
