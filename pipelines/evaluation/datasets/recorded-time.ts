import { parseEventTime } from '../../telemetry/event-time.ts';

/** What parseRecordedTime understands, in words. */
export const recordedTimeBound =
  'ISO 8601, "YYYY-MM-DD HH:MM:SS", or seconds or ms since the epoch, such as 1752937260 or 1752937260000';

/** Numbers below it are seconds (up to the year 5138), others ms (from 1973 on). */
const firstMs = 1e11;

const number = /^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$/;
const withoutZone = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?)$/;

/**
 * The event time, in ms since the epoch, that a text in a recorded file gives; NaN where it gives none. A time without a
 * zone is local time, `utcOffsetMs` ahead of UTC.
 */
export function parseRecordedTime(text: string, utcOffsetMs = 0): number {
  if (number.test(text)) return Math.abs(Number(text)) < firstMs ? Number(text) * 1000 : Number(text);
  const local = withoutZone.exec(text);
  return local ? parseEventTime(`${local[1]}T${local[2]}Z`) - utcOffsetMs : parseEventTime(text);
}
