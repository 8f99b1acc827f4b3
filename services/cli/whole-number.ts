import { CupolaError } from '../../pipelines/errors.ts';
import { numberOr } from './config-options.ts';

/** An option's whole number. Errors: CUPOLA_USAGE_INVALID, naming option, value and bound. */
export function wholeNumber(field: string, text: string, least: number): number {
  const value = numberOr(text);
  if (typeof value === 'number' && Number.isInteger(value) && value >= least) return value;
  const bound = `a whole number of at least ${least}`;
  throw new CupolaError('CUPOLA_USAGE_INVALID', `${field} is ${text}, must be ${bound}`, { field, value: text, bound });
}
