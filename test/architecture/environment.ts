import type { Project, Violation } from './project.ts';
import { lineOf } from './source-scan.ts';

const readsEnvironment =
  /(?<![.\w$])process\s*(\?\.|\.)\s*env\b|(?<![.\w$])process\s*\[|=\s*process\s*[;,)]|\bloadEnvFile\b/g;
const mayRead = /^(services\/host\/config[^/]*\.ts$|test\/|deploy\/|docs\/)/;
const rule = 'one-reader-of-the-environment';
const remedy = 'Make it a field of the configuration, which services/host/config.ts reads, and pass the value on.';

/** Only the configuration reads the environment. */
export function environment(project: Project): Violation[] {
  return [...project].flatMap(([path, { code, imports }]) => {
    if (mayRead.test(path)) return [];
    const reads = [...code.matchAll(readsEnvironment)].map((match) => lineOf(code, match.index));
    const imported = imports.filter(({ specifier }) => specifier === 'node:process').map(({ line }) => line);
    return [...reads, ...imported].map((line) => ({ path, line, rule, found: 'reads the environment', remedy }));
  });
}
