import { unencodable } from './unencodable.ts';

/** Units of a line's timestamp. */
export const linePrecisions = ['ns', 'us', 'ms', 's'] as const;

export type LinePrecision = (typeof linePrecisions)[number];

/** Digits of the timestamp that are fractions of a millisecond. */
const fractionDigits = { ns: 6, us: 3, ms: 0, s: 0 } as const;
/** As many digits as 64 bits have. */
const wholeNumber = /^-?\d{1,19}$/;

/** ms since the epoch of a timestamp as it stands in a line; NaN where it is no whole number of at most 19 digits. */
export function lineTimeMs(timestamp: string, precision: LinePrecision): number {
  if (!wholeNumber.test(timestamp)) return Number.NaN;
  const digits = fractionDigits[precision];
  if (digits === 0) return unitsMs(Number(timestamp), precision);
  // Nanoseconds since the epoch are beyond what a Float64 counts exactly; both parts are not.
  const fraction = Number(timestamp.slice(-digits).replace('-', '')) / 10 ** digits;
  const whole = Number(timestamp.slice(0, -digits));
  return timestamp.startsWith('-') ? -(Math.abs(whole || 0) + fraction) : whole + fraction;
}

/** ms of a number of the precision's units. */
export function unitsMs(units: number, precision: LinePrecision): number {
  return precision === 's' ? units * 1000 : units / 10 ** fractionDigits[precision];
}

/** The timestamp of a time. Errors: CUPOLA_RECORD_UNENCODABLE where the precision cannot hold it exactly. */
export function lineTimestamp(timeMs: number, precision: LinePrecision): string {
  const timestamp = nearestTimestamp(timeMs, precision);
  if (lineTimeMs(timestamp, precision) === timeMs) return timestamp;
  return unencodable('eventTimeMs', timeMs, `a time that a timestamp in ${precision} can hold`);
}

function nearestTimestamp(timeMs: number, precision: LinePrecision): string {
  if (precision === 's') return String(timeMs / 1000);
  const digits = fractionDigits[precision];
  if (digits === 0) return String(timeMs);
  const size = Math.abs(timeMs);
  const fraction = Math.round((size % 1) * 10 ** digits);
  return `${timeMs < 0 ? '-' : ''}${Math.floor(size)}${String(fraction).padStart(digits, '0')}`;
}
