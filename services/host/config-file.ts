import { isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, type Node } from 'yaml';
import type { ConfigPath } from './config-reference.ts';

/** Where something stands in a file; both count from 1. */
export interface FilePosition {
  readonly line: number;
  readonly column: number;
}

/** What a configuration file says, before anybody has judged it. */
export interface ConfigFile {
  readonly name: string;
  readonly raw: unknown;
  /** What is not YAML. */
  readonly errors: readonly { readonly message: string; readonly position: FilePosition }[];
  /** Where a field stands, or the section that lacks it. */
  positionOf(path: ConfigPath): FilePosition;
}

/** Parses YAML 1.2; `name` is for messages. */
export function parseConfigFile(name: string, text: string): ConfigFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const positionAt = (offset: number): FilePosition => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const errors = document.errors.map(({ message, pos }) => ({ message, position: positionAt(pos[0]) }));
  return {
    name,
    raw: errors.length > 0 ? null : (document.toJS() ?? {}),
    errors,
    positionOf: (path) => positionAt(offsetOf(document.contents, path)),
  };
}

/** Offset of the key (or list entry) at a path; of the nearest section around it where there is none. */
function offsetOf(contents: Node | null, path: ConfigPath): number {
  let node: unknown = contents;
  let offset = startOf(node) ?? 0;
  for (const step of path) {
    const item: unknown = isSeq(node) ? node.items[Number(step)] : isMap(node) ? pairOf(node.items, step) : undefined;
    if (item === undefined) return offset;
    offset = startOf(isPair(item) ? item.key : item) ?? offset;
    node = isPair(item) ? item.value : item;
  }
  return offset;
}

function pairOf(pairs: readonly { readonly key: unknown }[], name: string | number): unknown {
  return pairs.find(({ key }) => isScalar(key) && String(key.value) === String(name));
}

function startOf(node: unknown): number | undefined {
  return (node as { range?: readonly number[] | null } | null)?.range?.[0];
}
