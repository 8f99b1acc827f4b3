import { computed, effect, signal } from '@preact/signals';
import type { AnomalyDetail } from '../../../services/console/api.ts';
import { fetchAnomaly } from './api-client.ts';
import { anomalies, selectedAnomaly, selectedStream } from './console-state.ts';
import { visibleRange } from './time-range.ts';

/** The anomaly that the page explains: the chosen one, else the chosen stream's newest that is in sight. */
export const explained = computed(() => {
  const ofStream = anomalies.value.filter(({ stream }) => stream === selectedStream.value);
  const picked = ofStream.find(({ id }) => id === selectedAnomaly.value);
  const range = visibleRange.value;
  return picked ?? ofStream.find(({ startMs, endMs }) => range && startMs < range.toMs && endMs > range.fromMs) ?? null;
});

/** Details by anomaly id: how far its main contributors were from what was expected. */
export const details = signal<ReadonlyMap<string, AnomalyDetail>>(new Map());

const detailed = 30;
const askedAtMs = new Map<string, number>();
const refreshEveryMs = 3000;

/** Keeps the details of the newest anomalies: an open one's as it grows, a closed one's once history has it. */
export function loadDetails(): void {
  effect(() => {
    for (const anomaly of anomalies.value.slice(0, detailed)) {
      const known = details.peek().get(anomaly.id);
      const current = known?.decidedAtMs === anomaly.decidedAtMs && known.deviations.length > 0;
      if (!current) void refresh(anomaly.id);
    }
  });
}

async function refresh(id: string): Promise<void> {
  const nowMs = performance.now();
  if (nowMs - (askedAtMs.get(id) ?? -Infinity) < refreshEveryMs) return;
  askedAtMs.set(id, nowMs);
  try {
    const detail = await fetchAnomaly(id);
    details.value = new Map([...details.peek(), [id, detail] as const].slice(-4 * detailed));
  } catch {
    // The list still says which channels; the next change of the anomaly asks again.
  }
}
