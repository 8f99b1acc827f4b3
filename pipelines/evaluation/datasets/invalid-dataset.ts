import { CupolaError } from '../../errors.ts';

/** Refuses recorded data that is not as its format says. Throws CUPOLA_DATASET_INVALID naming field, value and bound. */
export function invalidDataset(field: string, value: unknown, bound: string): never {
  throw new CupolaError('CUPOLA_DATASET_INVALID', `${field} is ${String(value)}, must be ${bound}`, {
    field,
    value,
    bound,
  });
}
