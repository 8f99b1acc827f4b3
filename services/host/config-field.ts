import { z } from 'zod';

export const secondMs = 1000;
export const hourMs = 3600 * secondMs;
export const dayMs = 24 * hourMs;
/** Of the station, 92.9 minutes. */
export const orbitMs = 5574 * secondMs;

/** A field with what it is for and an example of it; type, bounds and default are the schema's. */
export function field<T extends z.ZodType>(
  schema: T,
  description: string,
  ...examples: readonly [] | readonly [unknown]
): T {
  return schema.meta({ description, ...(examples.length > 0 && { examples: [...examples] }) });
}

/** A whole number of milliseconds. */
export function durationMs(min: number, max: number = 3650 * dayMs): z.ZodInt {
  return z.int().min(min).max(max);
}

/** What decides pseudo-random numbers. */
export const seed = z.int().min(0).max(2_147_483_647).default(1);

export const text = z.string().min(1);
