import { batch, computed, effect, signal } from '@preact/signals';
import type { StreamDetail, StreamView, TimeSpan } from '../../../services/console/api.ts';
import { fetchStream, fetchView } from './api-client.ts';
import { chosen, selectedStream, showAllChannels } from './console-state.ts';
import { explained } from './explained-anomaly.ts';
import { mergeViews } from './merge-views.ts';
import { plotWidth, rangeChoice, visibleRange } from './time-range.ts';

const followEveryMs = 400;
/** Everything is asked for anew this often: late bursts fill in what is long past. */
const renewEveryMs = 20_000;
/** What is asked for again at each step, in bins: scores and reconstructions come after their telemetry. */
const overlapBins = 40;
/** What is held to the left of the range, as a share of it: the live edge moves back a little at times. */
const marginShare = 0.05;

/** The chosen stream's channels and settings; null until they have come. */
export const detail = signal<StreamDetail | null>(null);
/** What its charts draw. */
export const view = signal<StreamView | null>(null);
/** How many channel charts fit without scrolling. */
export const chartsThatFit = signal(4);

/** Scored channels, the greatest contribution first: to the explained anomaly, else to the newest window. */
const channelOrder = computed<readonly string[]>((): readonly string[] => {
  const scored = detail.value?.channels.filter(({ role }) => role === 'scored').map(({ id }) => id) ?? [];
  const contributions = contributionsKey.value === '' ? [] : contributionsKey.value.split('\n');
  return [...contributions.filter((id) => scored.includes(id)), ...scored.filter((id) => !contributions.includes(id))];
});

/**
 * Channels by contribution, as one string: it changes when an anomaly opens, closes or is chosen, and not with each of its
 * windows, so that charts do not trade places while they are read.
 */
const contributionsKey = signal('');

/** The channels that are drawn. */
export const drawnChannels = computed(() =>
  showAllChannels.value ? channelOrder.value : channelOrder.value.slice(0, chartsThatFit.value),
);

/** Loads the chosen stream and follows it. */
export function followChosenStream(): void {
  effect(() => void loadDetail(selectedStream.value, chosen.value?.definitionVersion ?? 0));
  orderByContribution();
  loadViews();
}

async function loadDetail(stream: string | null, _definitionVersion: number): Promise<void> {
  if (stream === null) return;
  if (detail.peek()?.stream !== stream) batch(() => (detail.value = view.value = null));
  const loaded = await fetchStream(stream).catch(() => null);
  if (selectedStream.peek() === stream && loaded) detail.value = loaded;
}

function orderByContribution(): void {
  const occasion = computed(() => `${detail.value?.stream}/${explained.value?.id}/${explained.value?.state}`);
  effect(() => {
    void occasion.value;
    const contributions = explained.peek()?.contributions ?? detail.peek()?.contributions ?? [];
    contributionsKey.value = contributions.map(({ channelId }) => channelId).join('\n');
  });
}

function loadViews(): void {
  let newest = 0;
  let waiting = false;
  let renewedAtMs = 0;
  const load = async (mode: 'renew' | 'follow'): Promise<void> => {
    const range = visibleRange.peek();
    const stream = detail.peek()?.stream;
    if (!range || stream === undefined) return;
    if (mode === 'follow' && waiting) return;
    const asked = ++newest;
    const current = view.peek();
    const recent = performance.now() - renewedAtMs < renewEveryMs;
    const follows = mode === 'follow' && current !== null && recent && covers(current, range);
    waiting = true;
    const fresh = await fetchView(stream, follows ? goOn(current, range.toMs) : anew(range)).catch(() => null);
    if (asked !== newest) return;
    waiting = false;
    if (!fresh) return;
    const merged = follows ? mergeViews(current, fresh, withMargin(range).fromMs) : fresh;
    if (!follows || !merged) renewedAtMs = merged ? performance.now() : 0;
    if (merged) view.value = merged;
  };
  const occasion = computed(() =>
    JSON.stringify([
      detail.value?.stream,
      detail.value?.definitionVersion,
      rangeChoice.value,
      plotWidth.value,
      drawnChannels.value,
      visibleRange.value === null,
    ]),
  );
  effect(() => {
    void occasion.value;
    void load('renew');
  });
  const follow = async (): Promise<void> => {
    if (rangeChoice.peek().mode === 'live' && !document.hidden) await load('follow');
    setTimeout(() => void follow(), followEveryMs);
  };
  void follow();
}

/** Whether a view holds the drawn channels and begins no later than a range does. */
function covers({ grid, channels }: StreamView, { fromMs }: TimeSpan): boolean {
  const held = new Set(channels.map(({ channelId }) => channelId));
  return grid.fromMs <= Math.max(0, fromMs) && drawnChannels.peek().every((id) => held.has(id));
}

function withMargin({ fromMs, toMs }: TimeSpan): TimeSpan {
  return { fromMs: Math.max(0, fromMs - marginShare * (toMs - fromMs)), toMs };
}

function anew(range: TimeSpan) {
  const points = Math.round(plotWidth.peek() * (1 + marginShare));
  return { ...withMargin(range), points, channel: drawnChannels.peek() };
}

function goOn({ grid, channels }: StreamView, toMs: number) {
  const { fromMs, binMs, bins } = grid;
  const overlapMs = Math.min(bins, overlapBins) * binMs;
  const startMs = Math.min(fromMs + bins * binMs, toMs) - overlapMs;
  return {
    fromMs: startMs,
    toMs: Math.max(toMs, startMs + binMs),
    binMs,
    channel: channels.map(({ channelId }) => channelId),
  };
}
