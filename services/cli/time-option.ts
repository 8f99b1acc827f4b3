import { InvalidArgumentError } from 'commander';

/** Parses an option that is a time; in UTC where it does not say. */
export function time(text: string): number {
  const timeMs = Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(text) || !text.includes('T') ? text : `${text}Z`);
  if (Number.isNaN(timeMs)) throw new InvalidArgumentError('It must be a time such as 2026-01-01T12:00Z.');
  return timeMs;
}
