/** Where one item stands in a document: [start, end), in bytes. */
export interface JsonItemRange {
  readonly start: number;
  readonly end: number;
}

const newline = 0x0a;
const quote = 0x22;
const comma = 0x2c;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/**
 * Finds the items of a document without parsing it, so that each can be read, or refused, on its own.
 *
 * Items stand in an array, on lines, or simply one after another: outside of objects, white space, commas and square
 * brackets only separate. An object ends with its closing brace; one that was cut short ends where a later line begins with
 * an opening brace. Everything else is an item too, for the reader to refuse. One pass, whatever the bytes.
 */
export function jsonItems(bytes: Uint8Array): JsonItemRange[] {
  const items: JsonItemRange[] = [];
  let start = skipSeparators(bytes, byteOrderMarkLength(bytes));
  while (start < bytes.length) {
    const end = bytes[start] === openBrace ? endOfObject(bytes, start) : endOfBareText(bytes, start);
    items.push({ start, end });
    start = skipSeparators(bytes, end);
  }
  return items;
}

function byteOrderMarkLength(bytes: Uint8Array): number {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
}

function isSeparator(byte: number): boolean {
  return byte <= 0x20 || byte === comma || byte === openBracket || byte === closeBracket;
}

function skipSeparators(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && isSeparator(bytes[at]!)) at++;
  return at;
}

function endOfObject(bytes: Uint8Array, start: number): number {
  let depth = 0;
  let at = start;
  while (at < bytes.length) {
    const byte = bytes[at]!;
    if (byte === quote) {
      at = endOfString(bytes, at);
      continue;
    }
    if (byte === newline && bytes[skipBlanks(bytes, at + 1)] === openBrace) return at;
    if (byte === openBrace || byte === openBracket) depth++;
    if ((byte === closeBrace || byte === closeBracket) && --depth === 0) return at + 1;
    at++;
  }
  return at;
}

function skipBlanks(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at]! <= 0x20 && bytes[at] !== newline) at++;
  return at;
}

function endOfBareText(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at < bytes.length && !isSeparator(bytes[at]!) && bytes[at] !== openBrace)
    at = bytes[at] === quote ? endOfString(bytes, at) : at + 1;
  return at;
}

/** After the closing quote, or at the end of the line: JSON has no line breaks in strings. */
function endOfString(bytes: Uint8Array, start: number): number {
  let at = start + 1;
  while (at < bytes.length && bytes[at] !== newline) {
    if (bytes[at] === quote) return at + 1;
    at += bytes[at] === backslash && bytes[at + 1] !== newline ? 2 : 1;
  }
  return Math.min(at, bytes.length);
}
