/** A field of a line: a number (true and false are 1 and 0), a text, or why it is neither. */
export interface LineField {
  readonly key: string;
  readonly value: number | string | FieldRefusal;
}

/** What stands where a value is due. */
export interface FieldRefusal {
  readonly reason: 'not-a-number' | 'undecodable';
  readonly written: string;
}

/** One point in line protocol. */
export interface ProtocolLine {
  readonly measurement: string;
  readonly tags: ReadonlyMap<string, string>;
  readonly fields: readonly LineField[];
  /** As it is written; null where there is none. */
  readonly timestamp: string | null;
}

/** What stands in a document from one line's start on: a point, or why it is none. */
export interface LineItem {
  /** From 1. */
  readonly lineNumber: number;
  /** Half-open, in bytes, without the line break. */
  readonly start: number;
  readonly end: number;
  readonly content: ProtocolLine | { readonly refusal: string };
}

/** Keeps one malformed text from taking the lines that follow it with it; it is InfluxDB's own bound, too. */
const maxTextBytes = 65_536;

const newline = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;
const quote = 0x22;
const hash = 0x23;
const comma = 0x2c;
const equals = 0x3d;
const backslash = 0x5c;

const utf8 = new TextDecoder('utf-8', { fatal: true });
/** One character a byte, whatever the bytes: places in the text are places in the bytes. */
const byteText = new TextDecoder('latin1');
const beyondAscii = /[^\0-\x7f]/;

const float = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/;
const integer = /^(?:[-+]?\d+i|\+?\d+u)$/;
const notFinite = /^[-+]?(?:nan|inf(?:inity)?)$/i;
const booleans = new Map([
  ...['t', 'T', 'true', 'True', 'TRUE'].map((text) => [text, 1] as const),
  ...['f', 'F', 'false', 'False', 'FALSE'].map((text) => [text, 0] as const),
]);

/** Ends the reading of one line. */
class LineRefused extends Error {}

/**
 * Reads a document in InfluxDB line protocol, line by line. Blank lines and comments are passed over. A text in quotes may
 * go over several lines; where that does not make a point, the first of them alone is refused and reading goes on at the
 * next. Nothing is thrown, whatever the bytes.
 */
export function* readLineProtocol(bytes: Uint8Array): Generator<LineItem> {
  const text = byteText.decode(bytes);
  let lineNumber = 1;
  for (let start = 0; start < text.length;) {
    const lineEnd = endOfLine(text, start);
    const from = skipSpaces(text, start);
    let end = lineEnd;
    if (from < trimmedEnd(text, from, lineEnd) && text.charCodeAt(from) !== hash) {
      const item = readItem(bytes, text, from, lineEnd);
      yield { lineNumber, ...item };
      ({ end } = item);
    }
    lineNumber += countNewlines(text, start, end) + 1;
    start = endOfLine(text, end) + 1;
  }
}

function readItem(bytes: Uint8Array, text: string, start: number, lineEnd: number): Omit<LineItem, 'lineNumber'> {
  try {
    const reader = new LineReader(bytes, text, start);
    const content = reader.read();
    return { start, end: trimmedEnd(text, start, reader.at), content };
  } catch (error) {
    if (!(error instanceof LineRefused)) throw error;
    return { start, end: trimmedEnd(text, start, lineEnd), content: { refusal: error.message } };
  }
}

function endOfLine(text: string, from: number): number {
  const at = text.indexOf('\n', from);
  return at === -1 ? text.length : at;
}

function countNewlines(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', from); at !== -1 && at < to; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

function skipSpaces(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) === space) at++;
  return at;
}

/** Without the carriage return of a line break of two characters. */
function trimmedEnd(text: string, start: number, end: number): number {
  return end > start && text.charCodeAt(end - 1) === carriageReturn ? end - 1 : end;
}

/** Reads one point; `at` is then the end of its line. */
class LineReader {
  at: number;
  readonly #bytes: Uint8Array;
  readonly #text: string;

  constructor(bytes: Uint8Array, text: string, at: number) {
    this.#bytes = bytes;
    this.#text = text;
    this.at = at;
  }

  read(): ProtocolLine {
    const measurement = this.#name('measurement', comma, comma);
    const tags = this.#tags();
    const fields = this.#fields();
    return { measurement, tags, fields, timestamp: this.#timestamp() };
  }

  #isAt(code: number): boolean {
    return this.#text.charCodeAt(this.at) === code;
  }

  #tags(): ReadonlyMap<string, string> {
    const tags = new Map<string, string>();
    while (this.#isAt(comma)) {
      this.at++;
      const key = this.#name('tag key', equals, comma);
      this.#expectEquals(`tag ${key}`);
      tags.set(key, this.#name(`value of tag ${key}`, comma, equals));
      if (this.#isAt(equals)) refuse(`value of tag ${key} holds a bare =, must be \\=`);
    }
    return tags;
  }

  #fields(): LineField[] {
    if (!this.#isAt(space)) refuse('fields are missing, must follow a space');
    const fields: LineField[] = [];
    do {
      this.at++;
      if (fields.length === 0) this.at = skipSpaces(this.#text, this.at);
      const key = this.#name('field key', equals, comma);
      this.#expectEquals(`field ${key}`);
      fields.push({ key, value: this.#isAt(quote) ? this.#quotedText(key) : this.#bareValue(key) });
    } while (this.#isAt(comma));
    return fields;
  }

  #timestamp(): string | null {
    if (!this.#isAt(space) && !this.#atEnd()) refuse(`a field's value is followed by ${this.#rest()}, must be a comma`);
    const start = skipSpaces(this.#text, this.at);
    const end = trimmedEnd(this.#text, start, endOfLine(this.#text, start));
    this.at = end;
    const timestamp = this.#text.slice(start, end).trimEnd();
    if (/[^-\d]/.test(timestamp)) refuse(`timestamp is ${JSON.stringify(timestamp)}, must be a whole number`);
    return timestamp === '' ? null : timestamp;
  }

  /** A measurement, key or tag value: up to a space, a line's end, or one of two characters that no backslash precedes. */
  #name(what: string, stop: number, otherStop: number): string {
    const start = this.at;
    let isEscaped = false;
    for (; this.at < this.#text.length; this.at++) {
      const code = this.#text.charCodeAt(this.at);
      if (code === backslash && isEscapable(this.#text.charCodeAt(this.at + 1))) {
        isEscaped = true;
        this.at++;
      } else if (code === stop || code === otherStop || code === space || code === newline) break;
    }
    const end = this.#atEnd() ? trimmedEnd(this.#text, start, this.at) : this.at;
    if (end === start) refuse(`${what} is missing`);
    const text = this.#decoded(start, end);
    return isEscaped ? text.replace(/\\([,= ])/g, '$1') : text;
  }

  #expectEquals(what: string): void {
    if (!this.#isAt(equals)) refuse(`${what} has no value, must be followed by =`);
    this.at++;
  }

  #quotedText(key: string): string {
    const start = ++this.at;
    const latest = Math.min(this.#text.length, start + maxTextBytes);
    while (this.at < latest && !this.#isAt(quote)) this.at += this.#isAt(backslash) ? 2 : 1;
    if (this.at >= latest) refuse(`text of field ${key} has no closing quote`);
    const text = this.#decoded(start, this.at++);
    return text.includes('\\') ? text.replace(/\\(["\\])/g, '$1') : text;
  }

  #bareValue(key: string): number | FieldRefusal {
    const start = this.at;
    while (!this.#atEnd() && !this.#isAt(space) && !this.#isAt(comma)) this.at++;
    const written = this.#text.slice(start, this.#atEnd() ? trimmedEnd(this.#text, start, this.at) : this.at);
    if (written === '') refuse(`field ${key} has no value, must be followed by one`);
    return numberOf(written);
  }

  #atEnd(): boolean {
    return this.at >= this.#text.length || this.#isAt(newline);
  }

  #rest(): string {
    return JSON.stringify(this.#text.slice(this.at, Math.min(this.at + 20, endOfLine(this.#text, this.at))));
  }

  #decoded(start: number, end: number): string {
    const text = this.#text.slice(start, end);
    if (!beyondAscii.test(text)) return text;
    try {
      return utf8.decode(this.#bytes.subarray(start, end));
    } catch {
      return refuse('line is not UTF-8');
    }
  }
}

function refuse(detail: string): never {
  throw new LineRefused(detail);
}

function isEscapable(code: number): boolean {
  return code === comma || code === equals || code === space;
}

function numberOf(written: string): number | FieldRefusal {
  if (float.test(written)) return finite(Number(written), written);
  if (integer.test(written)) return finite(Number(written.slice(0, -1)), written);
  const boolean = booleans.get(written);
  if (boolean !== undefined) return boolean;
  return { reason: notFinite.test(written) ? 'not-a-number' : 'undecodable', written };
}

function finite(value: number, written: string): number | FieldRefusal {
  return Number.isFinite(value) ? value : { reason: 'not-a-number', written };
}
