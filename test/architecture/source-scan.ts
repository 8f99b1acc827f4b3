/**
 * What the architecture test needs to know of a source: its imports, and its code without comments and strings. A small
 * lexer rather than a compiler: type checkers change their interface from release to release, the lexical grammar does not.
 */

/** An `import`, `export ... from` or `import()`, as written. */
export interface ImportStatement {
  /** null where it is computed: `import(name)`. */
  readonly specifier: string | null;
  /** `import type` and `export type`: gone when the program runs. */
  readonly typeOnly: boolean;
  readonly dynamic: boolean;
  /** The other module's names; `*` for all of them. */
  readonly names: readonly string[];
  readonly line: number;
}

export interface ScannedSource {
  /** The source, character for character, with blanks for comments and for what is inside quotes. */
  readonly code: string;
  readonly imports: readonly ImportStatement[];
}

/** Scans TypeScript or TSX. */
export function scanSource(text: string): ScannedSource {
  const code = blankCommentsAndQuotes(text);
  return { code, imports: [...staticImports(text, code), ...dynamicImports(text, code)] };
}

/** The line, from 1, of an index into a text. */
export function lineOf(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}

const fromClause = /(?<![.\w$])(?:import|export)\s+(type\s+(?!from\b))?([\w$*{},\s]*?)\bfrom\s*(['"])/g;
const bareImport = /(?<![.\w$])import\s*(['"])/g;
const importCall = /(?<![.\w$])import\s*\(\s*(['"])?/g;

function* staticImports(text: string, code: string): Generator<ImportStatement> {
  for (const match of code.matchAll(fromClause)) {
    const [all, type, clause] = match;
    yield {
      specifier: quotedAt(text, match.index + all.length - 1),
      typeOnly: type !== undefined,
      dynamic: false,
      names: namesOf(clause!),
      line: lineOf(text, match.index),
    };
  }
  for (const match of code.matchAll(bareImport)) {
    const specifier = quotedAt(text, match.index + match[0].length - 1);
    yield { specifier, typeOnly: false, dynamic: false, names: [], line: lineOf(text, match.index) };
  }
}

function* dynamicImports(text: string, code: string): Generator<ImportStatement> {
  for (const match of code.matchAll(importCall)) {
    const specifier = match[1] === undefined ? null : quotedAt(text, match.index + match[0].length - 1);
    yield { specifier, typeOnly: false, dynamic: true, names: ['*'], line: lineOf(text, match.index) };
  }
}

function quotedAt(text: string, openingQuote: number): string {
  return text.slice(openingQuote + 1, text.indexOf(text[openingQuote]!, openingQuote + 1));
}

/** `a, { b as c, type D }` names default, b and D. */
function namesOf(clause: string): string[] {
  const [, before, braced] = /^([^{]*)(?:\{([^}]*)\})?/.exec(clause)!;
  const outside = before!.split(',').map((part) => part.trim());
  const inside = (braced ?? '').split(',').map((part) => part.trim().replace(/^type\s+/, ''));
  return [
    ...outside.filter(Boolean).map((part) => (part.startsWith('*') ? '*' : 'default')),
    ...inside.filter(Boolean).map((part) => part.split(/\s/)[0]!),
  ];
}

/** What can begin something that is not code: a comment, a quote, a regular expression; and braces, to nest templates. */
const token =
  /\/\/[^\n]*|\/\*[^]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|[`{}]|\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\//g;
const templateText = /(?:\\[^]|\$(?!\{)|[^`\\$])*(`|\$\{)/y;
/** After these a slash begins a regular expression; after anything else it divides, or closes a JSX tag. */
const beforeRegExp = /(?:^|[(,=:[!&|?{};+*%~^>-]|\b(?:return|typeof|case|in|of|throw))\s*$/;

function blankCommentsAndQuotes(text: string): string {
  const parts: string[] = [];
  /** For each open brace, whether it is a template's `${`. */
  const braces: boolean[] = [];
  let done = 0;
  const keepTo = (index: number): void => {
    parts.push(text.slice(done, index));
    done = index;
  };
  const blankTo = (index: number): void => {
    parts.push(text.slice(done, index).replaceAll(/[^\n]/g, ' '));
    done = index;
  };
  const enterTemplate = (from: number): void => {
    keepTo(from);
    templateText.lastIndex = from;
    const match = templateText.exec(text);
    if (!match) return;
    blankTo(templateText.lastIndex - match[1]!.length);
    if (match[1] === '${') braces.push(true);
    token.lastIndex = templateText.lastIndex;
  };
  token.lastIndex = 0;
  for (let match = token.exec(text); match; match = token.exec(text)) {
    const [found] = match;
    const end = match.index + found.length;
    if (found === '{') braces.push(false);
    else if (found === '`') enterTemplate(end);
    else if (found === '}') {
      if (braces.pop() === true) enterTemplate(end);
    } else if (found.startsWith('//') || found.startsWith('/*')) {
      keepTo(match.index);
      blankTo(end);
    } else if (found.startsWith('/') && !isRegExp(text, match.index)) token.lastIndex = match.index + 1;
    else {
      keepTo(match.index + 1);
      blankTo(end - 1);
    }
  }
  keepTo(text.length);
  return parts.join('');
}

function isRegExp(text: string, slash: number): boolean {
  return text[slash + 1] !== '>' && beforeRegExp.test(text.slice(Math.max(0, slash - 40), slash));
}
