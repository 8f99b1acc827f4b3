import { bundleVersion, type Bundle } from '../../../pipelines/autoencoders/bundle.ts';
import type { MadeWindows } from '../../../pipelines/features/made-windows.ts';

/** A channel of made windows beside what training saw of it, in its own unit. */
export interface MadeChannel {
  readonly channelId: string;
  readonly name: string;
  readonly unit: string;
  readonly mean: number | null;
  readonly deviation: number | null;
  readonly trainingMean: number | null;
  readonly trainingDeviation: number | null;
  readonly trainingMin: number | null;
  readonly trainingMax: number | null;
}

/** Made windows as a command gives them. */
export interface MadeReport {
  readonly modelVersion: string;
  readonly stream: string;
  readonly intervalMs: number;
  /** What each window is, in its order. */
  readonly labels: readonly string[];
  readonly channels: readonly MadeChannel[];
  /** By window, row and channel; null where nothing can be said. */
  readonly windows: readonly (readonly (readonly (number | null)[])[])[];
}

export function madeReport(bundle: Bundle, made: MadeWindows, labels: readonly string[]): MadeReport {
  const { definition } = bundle.manifest;
  const width = made.channelIds.length;
  const valueAt = (window: number, row: number, channel: number): number | null =>
    finite(made.values[(window * made.rows + row) * width + channel]!);
  const windows = Array.from({ length: made.count }, (_, window) =>
    Array.from({ length: made.rows }, (__, row) =>
      Array.from({ length: width }, (___, channel) => valueAt(window, row, channel)),
    ),
  );
  return {
    modelVersion: bundleVersion(bundle),
    stream: definition.stream,
    intervalMs: definition.intervalMs,
    labels,
    channels: made.channelIds.map((channelId, channel) => {
      const values = made.values.filter((value, at) => at % width === channel && Number.isFinite(value));
      return { ...channelOf(bundle, channelId), ...momentsOf(values) };
    }),
    windows,
  };
}

/** One line a row of a window: window, label, ms since the window's start, and a column for each channel. */
export function madeCsv({ channels, windows, labels, intervalMs }: MadeReport): string {
  const heading = ['window', 'label', 'offset_ms', ...channels.map(({ channelId }) => channelId)];
  const lines = windows.flatMap((rows, window) =>
    rows.map((values, row) => [window, labels[window]!, row * intervalMs, ...values.map((value) => value ?? '')]),
  );
  return `${[heading, ...lines].map((cells) => cells.join(',')).join('\n')}\n`;
}

function channelOf({ manifest }: Bundle, channelId: string): Omit<MadeChannel, 'mean' | 'deviation'> {
  const { name, unit } = manifest.definition.channels.find(({ id }) => id === channelId)!;
  const seen = manifest.statistics.find((statistics) => statistics.channelId === channelId);
  return {
    channelId,
    name,
    unit,
    trainingMean: seen?.mean ?? null,
    trainingDeviation: seen?.standardDeviation ?? null,
    trainingMin: seen?.min ?? null,
    trainingMax: seen?.max ?? null,
  };
}

function momentsOf(values: Float32Array): { mean: number | null; deviation: number | null } {
  if (values.length === 0) return { mean: null, deviation: null };
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / values.length) };
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
