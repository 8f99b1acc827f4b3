import type { z } from 'zod';
import { CupolaError } from '../errors.ts';
import { adversarialSettingsSchema } from './adversarial-settings.ts';
import type { ArchitectureDescription, WindowShape } from './architecture.ts';
import { convolutionalSettingsSchema } from './convolutional-settings.ts';
import {
  contractiveSettingsSchema,
  denoisingSettingsSchema,
  denseSettingsSchema,
  kSparseSettingsSchema,
  overcompleteSettingsSchema,
  sparseKlSettingsSchema,
  sparseL1SettingsSchema,
  stackedSettingsSchema,
} from './dense-settings.ts';
import { ensembleSettings } from './ensemble-settings.ts';
import { levelFreeSettingsSchema } from './level-free-settings.ts';
import { gruSettingsSchema, lstmSettingsSchema } from './recurrent-settings.ts';
import {
  forecasterSettingsSchema,
  lastValueSettingsSchema,
  lstmForecasterSettingsSchema,
  nearestWindowSettingsSchema,
  pcaSettingsSchema,
  ridgeSettingsSchema,
} from './rivals/rival-settings.ts';
import {
  betaVariationalSettingsSchema,
  reconstructionProbabilitySettingsSchema,
  variationalSettingsSchema,
} from './variational-settings.ts';

/** Architectures that a model can be of by itself: the family, and then its rivals. */
const single = {
  dense: denseSettingsSchema,
  /** What textbooks call it. */
  undercomplete: denseSettingsSchema,
  stacked: stackedSettingsSchema,
  overcomplete: overcompleteSettingsSchema,
  'sparse-l1': sparseL1SettingsSchema,
  'sparse-kl': sparseKlSettingsSchema,
  'k-sparse': kSparseSettingsSchema,
  denoising: denoisingSettingsSchema,
  contractive: contractiveSettingsSchema,
  convolutional: convolutionalSettingsSchema,
  lstm: lstmSettingsSchema,
  gru: gruSettingsSchema,
  variational: variationalSettingsSchema,
  'beta-variational': betaVariationalSettingsSchema,
  'reconstruction-probability': reconstructionProbabilitySettingsSchema,
  adversarial: adversarialSettingsSchema,
  'level-free': levelFreeSettingsSchema,
  pca: pcaSettingsSchema,
  'last-value': lastValueSettingsSchema,
  'nearest-window': nearestWindowSettingsSchema,
  ridge: ridgeSettingsSchema,
  forecaster: forecasterSettingsSchema,
  'lstm-forecaster': lstmForecasterSettingsSchema,
} as const;

/**
 * The declaration of each architecture that can be trained, by name: its settings with bounds, defaults and descriptions,
 * its title and description as the schema's own; architectures.ts builds them.
 */
export const architectureSettings = { ...single, ensemble: ensembleSettings(single) } as const;

export type ArchitectureName = keyof typeof architectureSettings;

/**
 * Checks an architecture's name and settings and fills the defaults; loads no maths library.
 * Errors: CUPOLA_ARCHITECTURE_INVALID naming setting, value and bound.
 */
export function parseArchitecture(name: string, settings: unknown = {}): ArchitectureDescription {
  const schema: z.ZodType<ArchitectureDescription['settings']> | undefined = Object.hasOwn(architectureSettings, name)
    ? architectureSettings[name as ArchitectureName]
    : undefined;
  if (!schema)
    throw architectureInvalid(name, 'name', name, `must be one of ${Object.keys(architectureSettings).join(', ')}`);
  const parsed = schema.safeParse(settings);
  if (parsed.success) return { name, settings: parsed.data };
  const issue = parsed.error.issues[0]!;
  const path = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0]!] : issue.path;
  throw architectureInvalid(name, path.join('.') || 'settings', valueAt(settings, path), issue.message);
}

/** Refuses a code that is not narrower than what is to be reconstructed: such a model can copy, and learns nothing. */
export function requireUndercomplete({ name, settings }: ArchitectureDescription, shape: WindowShape): void {
  const width = shape.rows * shape.scoredFeatures;
  const code = settings['code'] as number;
  if (code >= width)
    throw architectureInvalid(name, 'code', code, `must be less than rows x scored features (${width})`);
}

/** The refusal of a setting, or of a shape that does not go with it. */
export function architectureInvalid(architecture: string, setting: string, value: unknown, bound: string): CupolaError {
  return new CupolaError(
    'CUPOLA_ARCHITECTURE_INVALID',
    `architecture ${architecture}: ${setting} is ${JSON.stringify(value)}; ${bound}`,
    { field: setting, value, bound },
  );
}

function valueAt(settings: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], settings);
}
