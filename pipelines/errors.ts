/**
 * Every error that a person or a script can meet, by its stable code.
 * docs/errors.md is generated from this table's words and compared with it by a test.
 */
export const errorTable = {
  CUPOLA_CONFIG_INVALID: {
    meaning: 'A configuration field is unknown, missing, contradictory or out of bounds.',
    remedy: 'Correct the named field; `cupola config schema` lists every field with its bounds and default.',
  },
  CUPOLA_STREAM_INVALID: {
    meaning: 'A stream definition breaks a rule of its own (lengths, strides, channels).',
    remedy: 'Correct the named field of the definition; a changed definition needs a new version.',
  },
  CUPOLA_STREAM_UNKNOWN: {
    meaning: 'A stream was named that nobody has defined.',
    remedy: 'List the streams with `cupola streams` and use one of those ids.',
  },
  CUPOLA_MODEL_UNKNOWN: {
    meaning: 'A model version was named that is not in the bundle store.',
    remedy: 'List the models with `cupola models list` and use one of those versions.',
  },
  CUPOLA_BUNDLE_CORRUPT: {
    meaning: 'A bundle on disk does not match its checksum or its schema.',
    remedy: 'Restore the bundle from a backup, or remove its folder and train again.',
  },
  CUPOLA_WRITER_FENCED: {
    meaning: 'A newer writer of the same id has taken over; this one may not commit any more.',
    remedy: 'None is needed: the newer writer goes on. If it recurs, two processes share one identity.',
  },
} as const satisfies Record<string, { meaning: string; remedy: string }>;

export type ErrorCode = keyof typeof errorTable;

/** What an error is about: the field, the value found, and the bound that it broke. */
export interface ErrorSubject {
  readonly field?: string;
  readonly value?: unknown;
  readonly bound?: string;
  readonly cause?: unknown;
}

/** An error with a stable code, its subject, and what to do about it. */
export class CupolaError extends Error {
  override readonly name = 'CupolaError';
  readonly code: ErrorCode;
  readonly subject: ErrorSubject;

  constructor(code: ErrorCode, detail: string, subject: ErrorSubject = {}) {
    super(`${code}: ${detail}`, subject.cause === undefined ? undefined : { cause: subject.cause });
    this.code = code;
    this.subject = subject;
  }

  /** What the reader should do next. */
  get remedy(): string {
    return errorTable[this.code].remedy;
  }
}
