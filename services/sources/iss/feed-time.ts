const hourMs = 3_600_000;
/** How far the feed may be ahead of the clock. */
const aheadMs = hourMs;
/** How far from the clock the feed's own time is believed. */
const plausibleMs = 12 * hourMs;

/** The number that the feed gives 1 January: hours are counted from its start (0), or from a day before (1, as days of a year are numbered). */
export type FirstDay = 0 | 1;

/**
 * An event time in ms since the epoch of a TimeStamp of the feed, which counts hours within a year that it does not name: the
 * latest such time that is not ahead of the clock. NaN where it is no number.
 */
export function feedTimeMs(timeStamp: string | null, nowMs: number, firstDay: FirstDay): number {
  const hours = timeStamp === null || timeStamp.trim() === '' ? Number.NaN : Number(timeStamp);
  const nextYear = new Date(nowMs).getUTCFullYear() + 1;
  const times = [nextYear, nextYear - 1, nextYear - 2].map(
    (year) => Date.UTC(year, 0, 1) + Math.round((hours - 24 * firstDay) * hourMs),
  );
  return times.find((timeMs) => timeMs <= nowMs + aheadMs) ?? times.at(-1)!;
}

/**
 * How the feed counts, as its clock's TimeStamp says: what brings that nearest to now. null where neither is near. (The feed's
 * readers do not agree on it, and a day is too much to be wrong by.)
 */
export function firstDayOf(clockTimeStamp: string | null, nowMs: number): FirstDay | null {
  const distances = ([0, 1] as const).map((firstDay) => ({
    firstDay,
    distanceMs: Math.abs(feedTimeMs(clockTimeStamp, nowMs, firstDay) - nowMs),
  }));
  const [from0, from1] = distances as [(typeof distances)[0], (typeof distances)[0]];
  const nearest = from1.distanceMs < from0.distanceMs ? from1 : from0;
  return nearest.distanceMs < plausibleMs ? nearest.firstDay : null;
}
