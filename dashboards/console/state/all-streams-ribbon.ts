import { computed, effect, signal } from '@preact/signals';
import type { Ribbon } from '../../../services/console/api.ts';
import { fetchRibbon } from './api-client.ts';
import { streams } from './console-state.ts';
import { plotWidth, rangeChoice, visibleRange } from './time-range.ts';

const followEveryMs = 1500;
const pixelsACell = 5;

/** Every stream's score over its threshold, over the range in sight. */
export const ribbon = signal<Ribbon | null>(null);

/** Loads the ribbon and follows station time. */
export function followRibbon(): void {
  const occasion = computed(() =>
    JSON.stringify([rangeChoice.value, plotWidth.value, streams.value.size, visibleRange.value === null]),
  );
  effect(() => {
    void occasion.value;
    void load();
  });
  const follow = async (): Promise<void> => {
    if (rangeChoice.peek().mode === 'live' && !document.hidden) await load();
    setTimeout(() => void follow(), followEveryMs);
  };
  void follow();
}

async function load(): Promise<void> {
  const range = visibleRange.peek();
  if (!range || streams.peek().size === 0) return;
  const points = Math.max(10, Math.round(plotWidth.peek() / pixelsACell));
  const { fromMs, toMs } = range;
  ribbon.value = await fetchRibbon({ fromMs: Math.max(0, fromMs), toMs, points }).catch(() => ribbon.peek());
}
