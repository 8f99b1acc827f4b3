import type { z } from 'zod';
import { CupolaError } from '../../pipelines/errors.ts';
import { nearestNames } from '../../pipelines/telemetry/dictionary/nearest-names.ts';
import { boundAt, fieldNamesAt, type ConfigPath } from './config-reference.ts';

/** One thing wrong with a configuration. */
export interface ConfigProblem {
  /** Such as `sources[0].speed`; '' for the whole. */
  readonly field: string;
  readonly path: ConfigPath;
  readonly value: unknown;
  /** What the value must be. */
  readonly bound: string;
  /** What is wrong and what to do, for people. */
  readonly message: string;
}

/** A problem with where it comes from: a place in a file, a variable, an option. */
export interface LocatedProblem extends ConfigProblem {
  readonly origin: string;
}

export function locate(found: ConfigProblem, origin: string): LocatedProblem {
  return { ...found, origin };
}

/** CUPOLA_CONFIG_INVALID with every problem, not only the first. */
export class ConfigInvalid extends CupolaError {
  readonly problems: readonly LocatedProblem[];

  constructor(problems: readonly LocatedProblem[]) {
    const { field, value, bound } = problems[0]!;
    const lines = problems.map(({ origin, message }) => `${origin}: ${message}`);
    super('CUPOLA_CONFIG_INVALID', lines.join('\n'), { field, value, bound });
    this.problems = problems;
  }
}

/** Writes a path as people do: `sources[0].speed`. */
export function pathText(path: ConfigPath): string {
  return path.map((step, i) => (typeof step === 'number' ? `[${step}]` : i === 0 ? step : `.${step}`)).join('');
}

/** A value that breaks its bound. */
export function problem(path: ConfigPath, value: unknown, bound: string): ConfigProblem {
  const field = pathText(path);
  const what = field === '' ? 'the configuration' : field;
  const found = value === undefined ? 'is missing' : `is ${JSON.stringify(value)}`;
  return { field, path, value, bound, message: `${what} ${found}; it must be ${bound}` };
}

/** What the schema found wrong with `raw`. */
export function schemaProblems(issues: readonly z.core.$ZodIssue[], raw: unknown): ConfigProblem[] {
  return issues.flatMap((issue) => {
    const path = issue.path as ConfigPath;
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownField(path, key, raw));
    // What a text must look like only its own schema says.
    const bound = issue.code === 'invalid_format' ? issue.message : (boundAt(path, raw) ?? issue.message);
    return [problem(path, valueAt(raw, path), bound)];
  });
}

/** A field that does not exist, with the one that was probably meant. */
function unknownField(section: ConfigPath, name: string, raw: unknown): ConfigProblem {
  const known = fieldNamesAt(section, raw);
  const path = [...section, name];
  const field = pathText(path);
  const [nearest] = nearestNames(name, known, 1);
  const hint = nearest === undefined ? '' : `; did you mean ${pathText([...section, nearest])}?`;
  const bound = `one of ${known.join(', ')}`;
  return {
    field,
    path,
    value: name,
    bound,
    message: `${field} is unknown${hint} The fields here are ${known.join(', ')}`,
  };
}

/** The value at a path; undefined where there is none. */
export function valueAt(raw: unknown, path: ConfigPath): unknown {
  return path.reduce<unknown>(
    (inner, step) => (inner as Record<string | number, unknown> | null | undefined)?.[step],
    raw,
  );
}
