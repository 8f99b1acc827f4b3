import { effect, signal } from '@preact/signals';
import type { SimilarIncidents } from '../../../services/console/api.ts';
import { fetchSimilar } from './api-client.ts';
import { explained } from './explained-anomaly.ts';

/** What the explained anomaly is like, of what came before it; null until that is known. */
export const similar = signal<SimilarIncidents | null>(null);

const refreshEveryMs = 3000;

/** Keeps it: anew for another anomaly, and now and then while one grows or verdicts are given. */
export function loadSimilar(): void {
  let asked: { readonly id: string; readonly atMs: number } | null = null;
  const load = async (id: string): Promise<void> => {
    asked = { id, atMs: performance.now() };
    const loaded = await fetchSimilar(id).catch(() => null);
    if (loaded && explained.peek()?.id === id) similar.value = loaded;
  };
  effect(() => {
    const id = explained.value?.id ?? null;
    if (id !== similar.peek()?.id) similar.value = null;
    if (id !== null && asked?.id !== id) void load(id);
  });
  const refresh = (): void => {
    const id = explained.peek()?.id;
    const isDue = asked === null || performance.now() - asked.atMs >= refreshEveryMs;
    if (id !== undefined && isDue && !document.hidden) void load(id);
  };
  setInterval(refresh, refreshEveryMs);
}
