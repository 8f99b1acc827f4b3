const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** A length of time in at most two units: `40 s`, `6 min 20 s`, `2 h 05 min`, `3 d 04 h`. */
export function duration(lengthMs: number): string {
  const length = Math.max(0, lengthMs);
  if (length < minute) return `${Math.floor(length / second)} s`;
  if (length < hour) return pair(length, minute, 'min', second, 's');
  if (length < day) return pair(length, hour, 'h', minute, 'min');
  return pair(length, day, 'd', hour, 'h');
}

/** The same in its greatest unit alone, for narrow places: `6 min`, `2 h`. */
export function shortDuration(lengthMs: number): string {
  const [count, unit] = duration(lengthMs).split(' ');
  return `${count} ${unit}`;
}

function pair(length: number, large: number, largeUnit: string, small: number, smallUnit: string): string {
  const rest = Math.floor((length % large) / small);
  const whole = `${Math.floor(length / large)} ${largeUnit}`;
  return rest === 0 ? whole : `${whole} ${String(rest).padStart(2, '0')} ${smallUnit}`;
}
