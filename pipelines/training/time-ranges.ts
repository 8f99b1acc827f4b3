import type { TimeRange } from '../ports.ts';

/** The times that lie in any of some half-open ranges, as ranges that are disjoint, ascending and as few as can be. */
export function union(ranges: Iterable<TimeRange>): TimeRange[] {
  const ascending = [...ranges].filter(({ fromMs, toMs }) => fromMs < toMs).sort((a, b) => a.fromMs - b.fromMs);
  const merged: TimeRange[] = [];
  for (const { fromMs, toMs } of ascending) {
    const last = merged.at(-1);
    if (!last || last.toMs < fromMs) merged.push({ fromMs, toMs });
    else if (last.toMs < toMs) merged[merged.length - 1] = { fromMs: last.fromMs, toMs };
  }
  return merged;
}

/** Ranges without the times of another. */
export function without(ranges: readonly TimeRange[], hole: TimeRange): TimeRange[] {
  return ranges.flatMap(({ fromMs, toMs }) =>
    [
      { fromMs, toMs: Math.min(toMs, hole.fromMs) },
      { fromMs: Math.max(fromMs, hole.toMs), toMs },
    ].filter((part) => part.fromMs < part.toMs),
  );
}

/** The times that lie in both. */
export function intersection(ranges: readonly TimeRange[], { fromMs, toMs }: TimeRange): TimeRange[] {
  return ranges
    .map((range) => ({ fromMs: Math.max(range.fromMs, fromMs), toMs: Math.min(range.toMs, toMs) }))
    .filter((range) => range.fromMs < range.toMs);
}

/** How much time disjoint ranges cover. */
export function lengthMs(ranges: readonly TimeRange[]): number {
  return ranges.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
}

/** Tells of a half-open range whether it meets any of these, which are disjoint and ascending. */
export function meeting(ranges: readonly TimeRange[]): (startMs: number, endMs: number) => boolean {
  return (startMs, endMs) => {
    let low = 0;
    for (let high = ranges.length; low < high;) {
      const middle = (low + high) >>> 1;
      if (ranges[middle]!.toMs > startMs) high = middle;
      else low = middle + 1;
    }
    return low < ranges.length && ranges[low]!.fromMs < endMs;
  };
}
