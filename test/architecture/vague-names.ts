import type { Project, Violation } from './project.ts';

const vague = new Set(['util', 'utils', 'helper', 'helpers', 'common', 'misc', 'manager', 'managers']);

/** Folders and files are named after the one concept that they hold. */
export function vagueNames(project: Project): Violation[] {
  return [...project.keys()].flatMap((path) => {
    const word = path.split(/[/.-]/).find((part) => vague.has(part.toLowerCase()));
    if (word === undefined) return [];
    const remedy = 'Name it after what it holds, in the words of the glossary; if it holds two things, make two files.';
    return [{ path, line: 1, rule: 'names-of-concepts', found: `is named "${word}"`, remedy }];
  });
}
