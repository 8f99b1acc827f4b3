/** The only file that reads the environment and configuration files. */
import { existsSync, readFileSync } from 'node:fs';
import { parseArchitecture } from '../../pipelines/autoencoders/architecture-settings.ts';
import { parseThreshold } from '../../pipelines/thresholds/policies.ts';
import type { ConfigPath } from './config-reference.ts';
import { contradictions } from './config-contradictions.ts';
import { parseConfigFile, type ConfigFile } from './config-file.ts';
import { ConfigInvalid, locate, problem, schemaProblems, valueAt, type ConfigProblem } from './config-problems.ts';
import { configSchema, type Config } from './config-schema.ts';

/** Looked for in the working directory where no file was named. */
export const defaultConfigFile = 'cupola.yaml';

/** Fields that the environment can set, for containers. */
export const environmentFields = {
  CUPOLA_DATA_DIR: ['dataDir'],
  CUPOLA_LOG_LEVEL: ['logging', 'level'],
} as const satisfies Record<string, ConfigPath>;

/** A field set by an option of the command line, which goes before the environment and the file. */
export interface ConfigOverride {
  /** Such as `--port`. */
  readonly option: string;
  readonly path: ConfigPath;
  readonly value: unknown;
}

export interface ConfigRequest {
  /** `--config`; by default what CUPOLA_CONFIG names, or cupola.yaml where there is one; null for none. */
  readonly file?: string | null | undefined;
  readonly overrides?: readonly ConfigOverride[];
  /** `--seed` and `--speed`: fields of the simulated station among the sources. */
  readonly simulation?: Readonly<Record<string, unknown>>;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

type Settings = Config['training']['architecture']['settings'];

export interface LoadedConfig {
  readonly config: Config;
  /** The file that was read; null where there was none. */
  readonly file: string | null;
  /** Where a value comes from: a place in the file, a variable, an option, or `default`. */
  readonly originOf: (path: ConfigPath) => string;
}

/**
 * The effective configuration: options over environment over file over defaults.
 *
 * Errors: CUPOLA_CONFIG_INVALID with every problem found (ConfigInvalid).
 */
export function loadConfig(request: ConfigRequest = {}): LoadedConfig {
  const { file, overrides = [], simulation = {}, environment = process.env } = request;
  const read = file === null ? null : readConfigFile(file, environment);
  const settings = [
    ...environmentSettings(environment),
    ...overrides,
    ...simulationSettings(read?.raw ?? {}, simulation),
  ];
  const raw = settings.reduce<unknown>((layer, { path, value }) => withValue(layer, path, value), read?.raw ?? {});
  const { config, problems } = judge(raw);
  const located = problems.map((one) => locate(one, originOf(one.path, settings, read) ?? 'configuration'));
  if (located.length > 0) throw new ConfigInvalid(located);
  return {
    config,
    file: read?.name ?? null,
    originOf: (path) => (valueAt(raw, path) === undefined ? null : originOf(path, settings, read)) ?? 'default',
  };
}

function readConfigFile(named: string | undefined, environment: ConfigRequest['environment']): ConfigFile | null {
  const name = named ?? environment?.CUPOLA_CONFIG ?? (existsSync(defaultConfigFile) ? defaultConfigFile : null);
  if (name === null) return null;
  const file = parseConfigFile(name, textOf(name));
  if (file.errors.length === 0) return file;
  const problems = file.errors.map(({ message, position: { line, column } }) =>
    locate(
      { field: '', path: [], value: name, bound: 'YAML', message: `not YAML: ${message}` },
      `${name}:${line}:${column}`,
    ),
  );
  throw new ConfigInvalid(problems);
}

function textOf(name: string): string {
  try {
    return readFileSync(name, 'utf8');
  } catch (cause) {
    const bound = 'a file that can be read';
    const message = `cannot be read (${(cause as NodeJS.ErrnoException).code}); name ${bound}`;
    throw new ConfigInvalid([locate({ field: '', path: [], value: name, bound, message }, name)]);
  }
}

function environmentSettings(environment: NonNullable<ConfigRequest['environment']>): ConfigOverride[] {
  return Object.entries(environmentFields).flatMap(([option, path]) => {
    const value = environment[option];
    return value === undefined ? [] : [{ option, path, value }];
  });
}

/** Fields of the simulated station, wherever it stands among the sources. Errors: CUPOLA_CONFIG_INVALID where there is none. */
function simulationSettings(raw: unknown, fields: Readonly<Record<string, unknown>>): ConfigOverride[] {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  if (given.length === 0) return [];
  const sources = valueAt(raw, ['sources']) ?? [{ type: 'simulate' }];
  const index = Array.isArray(sources) ? sources.findIndex((source) => valueAt(source, ['type']) === 'simulate') : -1;
  if (index < 0) {
    const [name, value] = given[0]!;
    const found = problem([optionName(name)], value, 'left out: no source of the configuration simulates the station');
    throw new ConfigInvalid([locate(found, found.field)]);
  }
  const settings = given.map(([name, value]) => ({ option: optionName(name), path: ['sources', index, name], value }));
  return [{ option: 'default', path: ['sources'], value: sources }, ...settings];
}

/** The option of the command line that sets a field: `--data-dir` for dataDir. */
export function optionName(field: string): string {
  return `--${field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** A copy with the value at the path. Sections that are no sections stay: the schema will refuse them. */
function withValue(layer: unknown, [step, ...rest]: ConfigPath, value: unknown): unknown {
  if (step === undefined) return value;
  if (layer !== undefined && (layer === null || typeof layer !== 'object')) return layer;
  const copy = Array.isArray(layer) ? [...layer] : typeof step === 'number' ? [] : { ...layer };
  const fields = copy as Record<string | number, unknown>;
  fields[step] = withValue(fields[step], rest, value);
  return copy;
}

/** The configuration and everything wrong with it: contradictions are looked for among the fields that are right. */
function judge(raw: unknown): { config: Config; problems: ConfigProblem[] } {
  const parsed = configSchema.safeParse(raw);
  const problems = parsed.success ? [] : schemaProblems(parsed.error.issues, raw);
  const repaired = parsed.success ? parsed : configSchema.safeParse(problems.reduce(withoutValue, raw));
  if (!repaired.success) return { config: configSchema.parse({}), problems };
  const config = repaired.data;
  const found = contradictions(config, (path) => valueAt(raw, path) !== undefined);
  const isNew = ({ field }: ConfigProblem): boolean => !problems.some((known) => field.startsWith(known.field));
  problems.push(...found.filter(isNew));
  return { config: problems.length > 0 ? config : withNestedDefaults(config), problems };
}

/** Fills what only a policy or an architecture knows. */
function withNestedDefaults(config: Config): Config {
  const { name, settings } = config.training.architecture;
  return {
    ...config,
    training: {
      ...config.training,
      architecture: { name, settings: parseArchitecture(name, settings).settings as Settings },
    },
    thresholds: { default: parseThreshold(config.thresholds.default) },
  };
}

function withoutValue(raw: unknown, { path }: ConfigProblem): unknown {
  if (path.length === 0) return {};
  const section = valueAt(raw, path.slice(0, -1));
  if (section === null || typeof section !== 'object' || Array.isArray(section)) return raw;
  const { [String(path.at(-1))]: _left, ...rest } = section as Record<string, unknown>;
  return withValue(raw, path.slice(0, -1), rest);
}

/** The option, variable or place in the file that set a path; null where nothing did. */
function originOf(path: ConfigPath, settings: readonly ConfigOverride[], file: ConfigFile | null): string | null {
  const setting = settings.findLast((one) => one.path.every((step, i) => path[i] === step));
  if (setting) return setting.option;
  if (!file) return null;
  const { line, column } = file.positionOf(path);
  return `${file.name}:${line}:${column}`;
}
