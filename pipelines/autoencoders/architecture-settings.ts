import type { z } from 'zod';
import { CupolaError } from '../errors.ts';
import type { ArchitectureDescription, WindowShape } from './architecture.ts';
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
import { lstmSettingsSchema } from './lstm-settings.ts';

/**
 * The declaration of each architecture that can be trained, by name: its settings with bounds, defaults and descriptions,
 * its title and description as the schema's own; architectures.ts builds them.
 */
export const architectureSettings = {
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
  lstm: lstmSettingsSchema,
} as const;

export type ArchitectureName = keyof typeof architectureSettings;

/**
 * Checks an architecture's name and settings and fills the defaults; loads no maths library.
 * Errors: CUPOLA_ARCHITECTURE_INVALID naming setting, value and bound.
 */
export function parseArchitecture(name: string, settings: unknown = {}): ArchitectureDescription {
  const schema: z.ZodType<ArchitectureDescription['settings']> | undefined = Object.hasOwn(architectureSettings, name)
    ? architectureSettings[name as ArchitectureName]
    : undefined;
  if (!schema) throw invalid(name, 'name', name, `must be one of ${Object.keys(architectureSettings).join(', ')}`);
  const parsed = schema.safeParse(settings);
  if (parsed.success) return { name, settings: parsed.data };
  const issue = parsed.error.issues[0]!;
  const path = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0]!] : issue.path;
  throw invalid(name, path.join('.') || 'settings', valueAt(settings, path), issue.message);
}

/** Refuses a code that is not narrower than what is to be reconstructed: such a model can copy, and learns nothing. */
export function requireUndercomplete({ name, settings }: ArchitectureDescription, shape: WindowShape): void {
  const width = shape.rows * shape.scoredFeatures;
  const code = settings['code'] as number;
  if (code >= width) throw invalid(name, 'code', code, `must be less than rows x scored features (${width})`);
}

function invalid(architecture: string, setting: string, value: unknown, bound: string): CupolaError {
  return new CupolaError(
    'CUPOLA_ARCHITECTURE_INVALID',
    `architecture ${architecture}: ${setting} is ${JSON.stringify(value)}; ${bound}`,
    { field: setting, value, bound },
  );
}

function valueAt(settings: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], settings);
}
