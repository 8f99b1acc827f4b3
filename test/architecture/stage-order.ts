import { importedPath, type Project, type Violation } from './project.ts';
import type { ImportStatement } from './source-scan.ts';

/** The stages, up the stream first. */
const stages = ['telemetry', 'windowing', 'features', 'autoencoders', 'scoring', 'thresholds', 'alarms'];

/** What each composing part may be composed of, beside the stages. */
const composers: Readonly<Record<string, readonly string[]>> = {
  training: [],
  evaluation: ['training', 'detector.ts'],
  'detector.ts': ['training'],
};

/** Modules beside the stages, for all: a stage may import one by value unless that one needs a later stage. */
const sharedModules = new Set([
  'ports.ts',
  'errors.ts',
  'random.ts',
  'topics.ts',
  'commands.ts',
  'truth.ts',
  'fault-request.ts',
  'fit-decision.ts',
  'settings-timeline.ts',
  'json-records.ts',
]);

/** Types that an earlier stage's records carry of a later one. Keep it short: each is a thread across the order. */
const carriedTypes: readonly (readonly [from: string, to: string])[] = [
  // A bundle carries its own threshold, for the annunciator to adopt.
  ['pipelines/autoencoders/bundle.ts', 'pipelines/thresholds/threshold-setting.ts'],
  // And how its residuals become a score, for the runtime.
  ['pipelines/autoencoders/bundle.ts', 'pipelines/scoring/scoring-rule.ts'],
];

const remedy = `Move what both need up the stream, or compose the two in detector.ts, training/ or evaluation/. Order: ${stages.join(', ')}.`;

/** A stage imports only stages up the stream; only detector.ts, training/ and evaluation/ compose. */
export function stageOrder(project: Project): Violation[] {
  const violations: Violation[] = [];
  for (const [path, { imports }] of project) {
    if (!path.startsWith('pipelines/')) continue;
    for (const statement of imports) {
      const target = importedPath(path, statement);
      const found = target === null ? null : fault(project, path, target, statement);
      if (found !== null) violations.push({ path, line: statement.line, rule: 'stage-order', found, remedy });
    }
  }
  return violations;
}

function fault(project: Project, path: string, target: string, { typeOnly }: ImportStatement): string | null {
  const from = partOf(path);
  const to = partOf(target);
  if (to === null) return null;
  if (from === null) return `pipelines/${path.split('/')[1]} is neither a stage, nor a composer, nor a shared module`;
  if (from === to || sharedModules.has(from)) return null;
  if (typeOnly && isCarried(path, target)) return null;
  if (sharedModules.has(to)) return typeOnly ? null : laterStageBehind(project, from, target);
  if (from in composers) return composers[from]!.includes(to) || stages.includes(to) ? null : `${from} composes ${to}`;
  return stages.includes(to) && isBefore(to, from) ? null : `${from} imports ${target}, which is not up the stream`;
}

/** The part of pipelines/ that a path lies in: a stage, a composer or a shared module. Null for anything else. */
function partOf(path: string): string | null {
  const [root, part] = path.split('/');
  if (root !== 'pipelines' || part === undefined) return null;
  return stages.includes(part) || part in composers || sharedModules.has(part) ? part : null;
}

function isBefore(stage: string, other: string): boolean {
  return stages.indexOf(stage) < stages.indexOf(other);
}

function isCarried(path: string, target: string): boolean {
  return carriedTypes.some(([from, to]) => from === path && to === target);
}

/** Shared modules may lean on stages; whoever imports one by value stands behind those stages too. */
function laterStageBehind(project: Project, from: string, sharedModule: string): string | null {
  if (!stages.includes(from)) return null;
  const reached = new Set([sharedModule]);
  for (const path of reached) {
    const to = partOf(path)!;
    if (stages.includes(to) && !isBefore(to, from) && to !== from)
      return `${from} imports ${sharedModule}, which leans on ${path}, not up the stream`;
    if (!sharedModules.has(to)) continue;
    for (const statement of project.get(path)?.imports ?? []) {
      const next = statement.typeOnly ? null : importedPath(path, statement);
      if (next !== null && partOf(next) !== null) reached.add(next);
    }
  }
  return null;
}
