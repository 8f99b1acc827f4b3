import type { LoadedConfig } from './config.ts';
import type { ConfigPath } from './config-reference.ts';
import { pathText } from './config-problems.ts';

/** One value of the effective configuration. */
export interface EffectiveValue {
  readonly field: string;
  readonly value: unknown;
  readonly origin: string;
}

/** Every value of a configuration with where it comes from, in the order of the file. */
export function effectiveValues({ config, originOf }: Pick<LoadedConfig, 'config' | 'originOf'>): EffectiveValue[] {
  return [...leaves([], config)].map(([path, value]) => ({ field: pathText(path), value, origin: originOf(path) }));
}

/** Sections are opened; lists are opened where they hold sections. */
function* leaves(path: ConfigPath, value: unknown): Generator<readonly [ConfigPath, unknown]> {
  const isOpened = Array.isArray(value)
    ? value.some((entry) => typeof entry === 'object')
    : value !== null && typeof value === 'object' && Object.keys(value).length > 0;
  if (!isOpened) return yield [path, value];
  const entries = Array.isArray(value) ? value.entries() : Object.entries(value as object);
  for (const [step, inner] of entries) yield* leaves([...path, step], inner);
}
