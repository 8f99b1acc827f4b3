import { computed, signal } from '@preact/signals';
import type { TimeSpan } from '../../../services/console/api.ts';
import { status } from './console-state.ts';

const minute = 60_000;
const hour = 60 * minute;

/** The lengths that the range control offers. */
export const spans = [15 * minute, hour, 3 * hour, 6 * hour, 12 * hour, 24 * hour] as const;

/** Live follows station time with a length; fixed stands still. One range for the whole page. */
export type RangeChoice = { readonly mode: 'live'; readonly spanMs: number } | ({ readonly mode: 'fixed' } & TimeSpan);

export const rangeChoice = signal<RangeChoice>({ mode: 'live', spanMs: 3 * hour });
/** Width of the plots' time axis, in CSS pixels. */
export const plotWidth = signal(800);
/** Where the pointer is on the time axis; null where it is nowhere. */
export const cursorMs = signal<number | null>(null);
/** Station time as it is drawn: it flows between two messages of the feed. */
const edgeMs = signal<number | null>(null);

/** What the page shows of time. */
export const visibleRange = computed<TimeSpan | null>(() => {
  const choice = rangeChoice.value;
  if (choice.mode === 'fixed') return { fromMs: choice.fromMs, toMs: choice.toMs };
  return edgeMs.value === null ? null : { fromMs: edgeMs.value - choice.spanMs, toMs: edgeMs.value };
});

export function spanMs(): number {
  const choice = rangeChoice.value;
  return choice.mode === 'live' ? choice.spanMs : choice.toMs - choice.fromMs;
}

export function goLive(span = nearestSpan(spanMs())): void {
  rangeChoice.value = { mode: 'live', spanMs: span };
}

export function fixRange(fromMs: number, toMs: number): void {
  rangeChoice.value = { mode: 'fixed', fromMs, toMs };
}

/** Moves a fixed range, or fixes a live one, by a share of its length. */
export function pan(share: number): void {
  const range = visibleRange.peek();
  if (!range) return;
  const byMs = (range.toMs - range.fromMs) * share;
  fixRange(range.fromMs + byMs, range.toMs + byMs);
}

/** Fixes a range around an event unless the page already shows it, live. */
export function showEvent({ fromMs, toMs }: TimeSpan): void {
  const range = visibleRange.peek();
  if (rangeChoice.peek().mode === 'live' && range && fromMs >= range.fromMs) return;
  const aroundMs = Math.max(15 * minute, 3 * (toMs - fromMs));
  fixRange(fromMs - aroundMs, toMs + aroundMs);
}

function nearestSpan(lengthMs: number): number {
  return spans.find((span) => span >= lengthMs * 0.9) ?? spans.at(-1)!;
}

/**
 * Lets the live edge flow: it runs at the station's measured speed and is drawn towards each station time that comes in,
 * so that charts glide. It moves by whole pixels only, which keeps a slow station from drawing for nothing.
 */
export function startLiveEdge(): void {
  let exactMs: number | null = null;
  let frameMs = performance.now();
  const step = (nowMs: number): void => {
    const elapsedMs = nowMs - frameMs;
    frameMs = nowMs;
    const { stationTimeMs, speed, telemetry } = status.peek() ?? {
      stationTimeMs: null,
      speed: null,
      telemetry: 'lost',
    };
    if (stationTimeMs !== null) {
      const flowsMs = telemetry === 'arriving' ? (speed ?? 0) * elapsedMs : 0;
      exactMs = approach(exactMs === null ? stationTimeMs : exactMs + flowsMs, stationTimeMs, elapsedMs);
      const pixelMs = spanMs() / plotWidth.peek();
      if (Math.abs(exactMs - (edgeMs.peek() ?? -Infinity)) >= pixelMs) edgeMs.value = exactMs;
    }
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
}

/** Most of the way within two seconds; at once where the page is far off. */
function approach(fromMs: number, towardsMs: number, elapsedMs: number): number {
  const offMs = towardsMs - fromMs;
  if (Math.abs(offMs) > spanMs() / 4) return towardsMs;
  return fromMs + offMs * (1 - Math.exp(-elapsedMs / 700));
}
