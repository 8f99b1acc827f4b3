import { CupolaError } from '../errors.ts';

/** Refuses to encode what could not be decoded again: throws CUPOLA_RECORD_UNENCODABLE. */
export function unencodable(field: string, value: unknown, bound: string): never {
  throw new CupolaError('CUPOLA_RECORD_UNENCODABLE', `${field} is ${String(value)}, must be ${bound}`, {
    field,
    value,
    bound,
  });
}
