import { feedTimeMs, firstDayOf, type FirstDay } from './feed-time.ts';

/** The item of the feed that is its clock, and whether the ground hears the station. */
export const clockItem = 'TIME_000001';

/** Status.Class of the clock while the ground hears the station. */
const acquiredClass = '24';

/** What the feed's clock says. */
export class StationSignal {
  /** null: it has not said anything yet. */
  isAcquired: boolean | null = null;
  /** The feed's own time; -Infinity before it said any. */
  timeMs = -Infinity;
  #firstDay: FirstDay = 0;

  /** Takes an update of the clock. */
  update(timeStamp: string | null, statusClass: string | null, nowMs: number): void {
    this.#firstDay = firstDayOf(timeStamp, nowMs) ?? this.#firstDay;
    const timeMs = this.eventTimeMs(timeStamp, nowMs);
    if (Number.isFinite(timeMs)) this.timeMs = timeMs;
    this.isAcquired = statusClass === acquiredClass;
  }

  /** The event time of a TimeStamp of any item; NaN where it is none. */
  eventTimeMs(timeStamp: string | null, nowMs: number): number {
    return feedTimeMs(timeStamp, nowMs, this.#firstDay);
  }
}
