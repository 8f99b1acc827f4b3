/** Times as mission control writes them: UTC, by day of the year. All take ms since the epoch. */
const day = 86_400_000;

/** `2026-325`. */
export function dayOfYear(timeMs: number): string {
  const year = new Date(timeMs).getUTCFullYear();
  const ordinal = Math.floor((timeMs - Date.UTC(year, 0, 1)) / day) + 1;
  return `${year}-${String(ordinal).padStart(3, '0')}`;
}

/** `10:15:30`. */
export function clock(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(11, 19);
}

/** `2026-325T10:15:30Z`. */
export function stationTime(timeMs: number): string {
  return `${dayOfYear(timeMs)}T${clock(timeMs)}Z`;
}

/** `Sat 21 Nov 2026`. */
export function calendarDate(timeMs: number): string {
  const [weekday, date, month, year] = new Date(timeMs).toUTCString().replace(',', '').split(' ');
  return `${weekday} ${date} ${month} ${year}`;
}

/** `10:15:30Z` on the day of a reference time, `2026-325T10:15Z` on another. */
export function timeNear(timeMs: number, referenceMs: number): string {
  const sameDay = Math.floor(timeMs / day) === Math.floor(referenceMs / day);
  return sameDay ? `${clock(timeMs)}Z` : `${dayOfYear(timeMs)}T${clock(timeMs).slice(0, 5)}Z`;
}
