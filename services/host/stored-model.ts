import { join, resolve } from 'node:path';
import { CupolaError } from '../../pipelines/errors.ts';
import type { Bundle } from '../../pipelines/autoencoders/bundle.ts';
import { FileBundleStore } from '../adapters/files/bundle-store.ts';
import { systemClock } from '../adapters/system-clock.ts';
import { loadConfig } from './config.ts';

/** Where a command looks for models. */
export interface ModelPlace {
  /** A folder of bundles; by default those that a configuration's system and `cupola train` keep. */
  readonly models?: string | undefined;
  /** A configuration file. */
  readonly config?: string | undefined;
}

/**
 * A model by its version, from files: bundles never change, so a running system may have them open.
 *
 * Errors: CUPOLA_MODEL_UNKNOWN, CUPOLA_BUNDLE_CORRUPT, CUPOLA_CONFIG_INVALID.
 */
export async function storedModel(version: string, place: ModelPlace): Promise<Bundle> {
  for (const folder of foldersOf(place)) {
    const found = await new FileBundleStore(folder, systemClock).get(version).catch(noneHere);
    if (found) return found;
  }
  const bound = `a version in ${foldersOf(place).join(' or ')}`;
  throw new CupolaError('CUPOLA_MODEL_UNKNOWN', `there is no model ${version}`, {
    field: 'version',
    value: version,
    bound,
  });
}

function foldersOf({ models, config: file }: ModelPlace): readonly string[] {
  if (models !== undefined) return [models];
  const { dataDir, modelsDir } = loadConfig({ file }).config;
  return [join(resolve(dataDir), 'trained'), modelsDir ?? join(resolve(dataDir), 'models')];
}

function noneHere(error: unknown): null {
  if (error instanceof CupolaError && error.code === 'CUPOLA_MODEL_UNKNOWN') return null;
  throw error;
}
