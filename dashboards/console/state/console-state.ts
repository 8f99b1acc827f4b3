import { batch, computed, signal, type Signal } from '@preact/signals';
import type {
  AnomalySummary,
  CommandStatus,
  ConsoleStatus,
  LiveDelta,
  LiveSnapshot,
  PolicyDescription,
  StreamDelta,
  StreamSnapshot,
} from '../../../services/console/api.ts';
import type { FaultTruth } from '../../../pipelines/truth.ts';
import { streamSymbol, symbols } from '../format/status.ts';

const maxRecentScores = 120;
const maxAnomalies = 300;

/** `lost`: the console service itself cannot be reached. */
export const connection = signal<'connecting' | 'open' | 'lost'>('connecting');
export const status = signal<ConsoleStatus | null>(null);
/** Streams by id: one signal each, so that a new score draws one row again and not all. */
export const streams = signal<ReadonlyMap<string, Signal<StreamSnapshot>>>(new Map());
/** Newest first. */
export const anomalies = signal<readonly AnomalySummary[]>([]);
/** Injected faults that have begun, newest first; a simulation only. */
export const faults = signal<readonly FaultTruth[]>([]);
/** Commands of which the feed spoke, by id. */
export const commands = signal<ReadonlyMap<string, CommandStatus>>(new Map());
export const policies = signal<readonly PolicyDescription[]>([]);

export const selectedStream = signal<string | null>(null);
export const selectedAnomaly = signal<string | null>(null);
export const showAllChannels = signal(false);

/** The chosen stream as the feed has it. */
export const chosen = computed(() => streams.value.get(selectedStream.value ?? '')?.value ?? null);

/** Streams by subsystem, in the order that they are listed in. */
export const subsystems = computed(() => {
  const groups = new Map<string, string[]>();
  for (const [id, stream] of streams.value) {
    const { subsystem } = stream.peek();
    groups.set(subsystem, [...(groups.get(subsystem) ?? []), id]);
  }
  return groups;
});

/** How many streams show each symbol. */
export const symbolCounts = computed(() => {
  const counts = Object.fromEntries(symbols.map((symbol) => [symbol, 0]));
  for (const stream of streams.value.values()) counts[streamSymbol(stream.value)]!++;
  return counts;
});

/** Chooses a stream, and with it no anomaly in particular. */
export function chooseStream(stream: string): void {
  batch(() => {
    selectedStream.value = stream;
    selectedAnomaly.value = null;
  });
}

/** Takes everything anew. */
export function takeSnapshot(snapshot: LiveSnapshot): void {
  batch(() => {
    status.value = snapshot.status;
    streams.value = new Map(snapshot.streams.map((stream) => [stream.stream, signal(stream)]));
    anomalies.value = snapshot.anomalies;
    faults.value = snapshot.faults;
    chooseFirst();
  });
}

/** Takes what changed. */
export function takeDelta(delta: LiveDelta): void {
  batch(() => {
    status.value = delta.status;
    for (const stream of delta.streams) takeStream(stream);
    if (delta.anomalies.length > 0) anomalies.value = merged(delta.anomalies, anomalies.value);
    if (delta.faults.length > 0) faults.value = merged(delta.faults, faults.value);
    if (delta.commands.length > 0)
      commands.value = new Map([...commands.value, ...delta.commands.map((command) => [command.id, command] as const)]);
    chooseFirst();
  });
}

function takeStream({ newScores, ...summary }: StreamDelta): void {
  const known = streams.value.get(summary.stream);
  const earlier = known?.peek().recentScores ?? [];
  const newestMs = earlier.at(-1)?.windowEndMs ?? -Infinity;
  const fresh = newScores.filter(({ windowEndMs }) => windowEndMs > newestMs);
  const stream = { ...summary, recentScores: [...earlier, ...fresh].slice(-maxRecentScores) };
  if (known) known.value = stream;
  else streams.value = inOrder([...streams.value, [summary.stream, signal<StreamSnapshot>(stream)]]);
}

/** By subsystem, and by name within it. */
function inOrder(entries: readonly (readonly [string, Signal<StreamSnapshot>])[]): Map<string, Signal<StreamSnapshot>> {
  return new Map(entries.toSorted(([, a], [, b]) => (sortKey(a) < sortKey(b) ? -1 : 1)));
}

function sortKey(stream: Signal<StreamSnapshot>): string {
  return `${stream.peek().subsystem}\0${stream.peek().name}`;
}

function merged<T extends { readonly id: string; readonly startMs: number }>(
  fresh: readonly T[],
  known: readonly T[],
): readonly T[] {
  const ids = new Set(fresh.map(({ id }) => id));
  return [...fresh, ...known.filter(({ id }) => !ids.has(id))]
    .toSorted((a, b) => b.startMs - a.startMs)
    .slice(0, maxAnomalies);
}

/** Where none is chosen, or it is gone: the worst stream, the first among equals. */
function chooseFirst(): void {
  if (streams.value.has(selectedStream.peek() ?? '') || streams.value.size === 0) return;
  const [worst] = [...streams.value.values()].map((stream) => stream.peek()).toSorted((a, b) => rank(b) - rank(a));
  chooseStream(worst!.stream);
}

function rank(stream: StreamSnapshot): number {
  return symbols.indexOf(streamSymbol(stream));
}
