import { CupolaError, errorTable } from '../../pipelines/errors.ts';
import type { ApiError } from '../console/api.ts';

/** A refusal of a running system, as it sent it. */
export class SystemRefusal extends Error {
  readonly refusal: ApiError;

  constructor(refusal: ApiError) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

/** Any error in the one shape in which commands report them: that of the API. */
export function failureOf(error: unknown): ApiError {
  if (error instanceof SystemRefusal) return error.refusal;
  const known = error instanceof CupolaError ? error : unexpected(error);
  const { field = null, value = null, bound = null } = known.subject;
  return { code: known.code, message: known.message, field, value, bound, remedy: known.remedy };
}

function unexpected(cause: unknown): CupolaError {
  if (!(cause instanceof Error)) return new CupolaError('CUPOLA_UNEXPECTED', errorTable.CUPOLA_UNEXPECTED.meaning);
  const { message, name, path }: NodeJS.ErrnoException = cause;
  return path === undefined
    ? new CupolaError('CUPOLA_UNEXPECTED', `${name}: ${message}`, { cause })
    : new CupolaError('CUPOLA_FILE_UNUSABLE', message, { field: 'path', value: path, cause });
}

/** A failure for people: what, field, value and bound, and what to do. */
export function failureText({ message, field, value, bound, remedy }: ApiError): string {
  const subject = [
    ['field', field],
    ['value', value === null ? null : JSON.stringify(value)],
    ['bound', bound],
    ['to do', remedy],
  ];
  const lines = subject.flatMap(([name, text]) => (text === null || text === '' ? [] : [`  ${name}: ${text}`]));
  return [message, ...lines].join('\n');
}
