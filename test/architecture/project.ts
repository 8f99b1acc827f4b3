import { globSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { scanSource, type ImportStatement, type ScannedSource } from './source-scan.ts';

export const projectFolder = fileURLToPath(new URL('../..', import.meta.url));

/** Sources by path from the project's root, with forward slashes. */
export type Project = ReadonlyMap<string, ScannedSource>;

/** A rule that is broken at a place, and what to do about it. */
export interface Violation {
  readonly path: string;
  readonly line: number;
  readonly rule: string;
  readonly found: string;
  readonly remedy: string;
}

/** A project out of texts by path. */
export function projectOf(texts: Readonly<Record<string, string>>): Project {
  return new Map(Object.entries(texts).map(([path, text]) => [path, scanSource(text)]));
}

const sources = '{pipelines,services,dashboards,deploy,docs,test}/**/*.{ts,tsx}';
const built = 'dashboards/console/dist/';

/** The text of every TypeScript source in the working tree, by path. */
export function readTexts(): Record<string, string> {
  const paths = globSync(sources, { cwd: projectFolder }).map((path) => path.replaceAll('\\', '/'));
  const ours = paths.filter((path) => !path.startsWith(built));
  return Object.fromEntries(ours.map((path) => [path, readFileSync(join(projectFolder, path), 'utf8')]));
}

/** Every TypeScript source in the working tree. */
export function readProject(): Project {
  return projectOf(readTexts());
}

/** The path from the project's root that an import names; null for packages and for computed imports. */
export function importedPath(path: string, { specifier }: ImportStatement): string | null {
  return specifier?.startsWith('.') ? posix.join(dirname(path), specifier) : null;
}
