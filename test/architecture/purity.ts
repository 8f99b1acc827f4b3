import type { Project, Violation } from './project.ts';
import { lineOf, type ScannedSource } from './source-scan.ts';

interface Impurity {
  readonly pattern: RegExp;
  readonly remedy: string;
}

const time = 'Time is data: take it from event times and ticks.';
const chance = 'Take a SeededRandom of pipelines/random.ts.';
const outside = 'Say what is needed as a port in pipelines/ports.ts; a service or an adapter does it.';
const place =
  'It depends on where the program runs: compare with < and >, and write numbers and dates in one fixed form.';

const impurities: readonly Impurity[] = [
  { pattern: /\bDate\.now\b/g, remedy: time },
  { pattern: /\bnew\s+Date\s*(\(\s*\)|(?!\s*\())/g, remedy: time },
  { pattern: /(?<!new\s+|[.\w$])Date\s*\(/g, remedy: time },
  { pattern: /\bTemporal\.Now\b/g, remedy: time },
  { pattern: /(?<![.\w$])performance\s*(\.|\[)/g, remedy: time },
  { pattern: /(?<![.\w$])(setTimeout|setInterval|setImmediate)\s*\(/g, remedy: time },
  { pattern: /\bMath\.random\b/g, remedy: chance },
  { pattern: /(?<![.\w$])crypto\s*\./g, remedy: chance },
  { pattern: /(?<![.\w$])(process|console|globalThis|navigator)\s*(\.|\[)/g, remedy: outside },
  {
    pattern: /(?<![.\w$])(fetch|require)\s*\(|\bnew\s+(WebSocket|Worker|EventSource)\b|\bimport\.meta\b/g,
    remedy: outside,
  },
  { pattern: /\.(toLocale\w*|getTimezoneOffset|get(?:FullYear|Month|Day|Hours|Minutes))\s*\(/g, remedy: place },
  { pattern: /\.localeCompare\s*\([^,()]*\)/g, remedy: place },
  { pattern: /(?<![.\w$])Intl\s*\./g, remedy: place },
];

/** Pipelines see no clock, no chance, no environment and no network (law 1). */
export function purity(project: Project): Violation[] {
  const stages = [...project].filter(([path]) => path.startsWith('pipelines/'));
  return [impureWords, impureImports].flatMap((check) => stages.flatMap(([path, source]) => check(path, source)));
}

function impureWords(path: string, { code }: ScannedSource): Violation[] {
  return impurities.flatMap(({ pattern, remedy }) =>
    [...code.matchAll(pattern)].map((match) => ({
      path,
      line: lineOf(code, match.index),
      rule: 'pipelines-are-pure',
      found: `uses ${match[0].trim()}`,
      remedy,
    })),
  );
}

/** node:crypto is there to hash; the rest of it is chance. */
function impureImports(path: string, { imports }: ScannedSource): Violation[] {
  return imports
    .filter(({ specifier, names }) => specifier === 'node:crypto' && names.some((name) => name !== 'createHash'))
    .map(({ line, names }) => ({
      path,
      line,
      rule: 'pipelines-are-pure',
      found: `imports ${names.join(', ')} of node:crypto`,
      remedy: `Import createHash by name and nothing else. ${chance}`,
    }));
}
