/** What parseEventTime understands, in words. */
export const eventTimeBound = 'ms since the epoch, or ISO 8601 with a zone, such as "2026-11-21T10:00:00Z"';

const iso8601 = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

/**
 * An event time in ms since the epoch; digits beyond the ms are cut off. NaN for whatever is neither a number nor ISO 8601
 * with a zone: a time without one would mean another instant on another machine.
 */
export function parseEventTime(time: unknown): number {
  if (typeof time === 'number') return time;
  if (typeof time !== 'string') return Number.NaN;
  const date = iso8601.exec(time)?.[1];
  // Date.parse takes 30 February for 2 March.
  if (date === undefined || !isCalendarDate(date)) return Number.NaN;
  return Date.parse(time);
}

function isCalendarDate(date: string): boolean {
  const midnightMs = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(midnightMs) && new Date(midnightMs).toISOString().startsWith(date);
}
