import { importedPath, type Project, type Violation } from './project.ts';

interface Edge {
  readonly to: string;
  readonly line: number;
}

/** No source may need itself, by whatever way round. Types are gone when the program runs, and do not count. */
export function importCycles(project: Project): Violation[] {
  const violations: Violation[] = [];
  const finished = new Set<string>();
  const way: string[] = [];
  const visit = (path: string): void => {
    way.push(path);
    for (const { to, line } of edgesOf(project, path)) {
      const start = way.indexOf(to);
      if (start >= 0) violations.push(cycle(path, line, way.slice(start)));
      else if (!finished.has(to)) visit(to);
    }
    way.pop();
    finished.add(path);
  };
  for (const path of project.keys()) if (!finished.has(path)) visit(path);
  return violations;
}

function edgesOf(project: Project, path: string): Edge[] {
  return project.get(path)!.imports.flatMap((statement) => {
    const to = statement.typeOnly ? null : importedPath(path, statement);
    return to !== null && project.has(to) ? [{ to, line: statement.line }] : [];
  });
}

function cycle(path: string, line: number, way: readonly string[]): Violation {
  return {
    path,
    line,
    rule: 'no-import-cycle',
    found: `imports itself: ${[...way, way[0]].join(' -> ')}`,
    remedy: 'Move what the two share into a module of its own, which both import.',
  };
}
