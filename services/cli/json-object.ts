import { CupolaError } from '../../pipelines/errors.ts';

/** An option's JSON object. Errors: CUPOLA_USAGE_INVALID, naming option, value and bound. */
export function jsonObject(field: string, text: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null) return parsed as Record<string, unknown>;
  } catch {
    // Refused below, as is everything else that is no object.
  }
  const bound = 'a JSON object';
  throw new CupolaError('CUPOLA_USAGE_INVALID', `${field} is ${text}, must be ${bound}`, { field, value: text, bound });
}
