import { CupolaError } from '../../../pipelines/errors.ts';

/** An error about a request to the log that nothing could satisfy. */
export function invalid(field: string, value: unknown, bound: string): CupolaError {
  return new CupolaError('CUPOLA_LOG_REQUEST_INVALID', `${field} is ${String(value)}; it must be ${bound}`, {
    field,
    value,
    bound,
  });
}
