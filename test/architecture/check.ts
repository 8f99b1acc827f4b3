import { environment } from './environment.ts';
import { folderImports } from './folder-imports.ts';
import { importCycles } from './import-cycles.ts';
import type { Project, Violation } from './project.ts';
import { purity } from './purity.ts';
import { stageOrder } from './stage-order.ts';
import { vagueNames } from './vague-names.ts';

const rules = [stageOrder, purity, folderImports, environment, importCycles, vagueNames];

/** Holds a project against the design's rules of dependency. */
export function checkArchitecture(project: Project): Violation[] {
  return rules.flatMap((rule) => rule(project));
}

/** `file:line  rule: what is there. What to do.` */
export function describeViolation({ path, line, rule, found, remedy }: Violation): string {
  return `${path}:${line}  ${rule}: ${found}. ${remedy}`;
}
