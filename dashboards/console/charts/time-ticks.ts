import type { TimeSpan } from '../../../services/console/api.ts';
import { clock, dayOfYear } from '../format/station-time.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const steps = [
  ...[1, 2, 5, 10, 15, 30].map((count) => count * second),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * minute),
  ...[1, 2, 3, 6, 12].map((count) => count * hour),
  ...[1, 2, 7, 14, 28].map((count) => count * day),
];
const leastPixels = 90;

/** Round times in a range, no closer than labels can stand: the grid lines of every chart and the labels below them. */
export function timeTicks({ fromMs, toMs }: TimeSpan, widthPx: number): readonly number[] {
  const least = ((toMs - fromMs) / widthPx) * leastPixels;
  const step = steps.find((candidate) => candidate >= least) ?? steps.at(-1)!;
  const ticks: number[] = [];
  for (let tick = Math.ceil(fromMs / step) * step; tick <= toMs; tick += step) ticks.push(tick);
  return ticks;
}

/** `10:15`, with seconds where ticks stand on them, and the day at its start. */
export function tickLabel(tickMs: number, ticks: readonly number[]): string {
  if (tickMs % day === 0) return dayOfYear(tickMs);
  const withSeconds = ticks.length > 1 && ticks[1]! - ticks[0]! < minute;
  return withSeconds ? clock(tickMs) : clock(tickMs).slice(0, 5);
}
