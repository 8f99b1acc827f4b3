import type { HistoryBatch } from '../../../pipelines/ports.ts';
import type { WindowScore } from '../../../pipelines/scoring/score-event.ts';
import type { SampleBatch } from '../../../pipelines/telemetry/sample-batch.ts';
import type { ChannelColumns, SeriesColumns } from './series-columns.ts';
import { seriesKinds } from './series-store.ts';
import type { FreshColumns } from './series-store.ts';

/** The series that a batch brings, one for each stream, version and kind. */
export function columnsOf(batch: HistoryBatch, idOf: (stream: string) => number): FreshColumns[] {
  const brought: FreshColumns[] = [];
  for (const samples of grouped(batch.samples)) {
    const [streamId, version] = [idOf(samples[0]!.stream), samples[0]!.definitionVersion];
    brought.push({ streamId, kind: seriesKinds.telemetry, version, columns: telemetryColumns(samples) });
  }
  for (const scores of grouped(batch.scores.filter((event) => event.type === 'score'))) {
    const [streamId, version] = [idOf(scores[0]!.stream), scores[0]!.definitionVersion];
    brought.push({ streamId, kind: seriesKinds.score, version: 0, columns: scoreColumns(scores) });
    brought.push({ streamId, kind: seriesKinds.reconstruction, version, columns: reconstructionColumns(scores) });
  }
  return brought.filter(({ columns }) => columns.timeMs.length > 0);
}

/** Items by stream and version. */
function grouped<T extends { readonly stream: string; readonly definitionVersion: number }>(items: readonly T[]) {
  return Map.groupBy(items, ({ stream, definitionVersion }) => `${stream}/${definitionVersion}`).values();
}

function telemetryColumns(batches: readonly SampleBatch[]): ChannelColumns {
  const count = batches.reduce((sum, { value }) => sum + value.length, 0);
  const columns = { timeMs: new Float64Array(count), values: new Float64Array(count), channel: new Uint16Array(count) };
  let at = 0;
  for (const { channel, eventTimeMs, value } of batches) {
    columns.channel.set(channel, at);
    columns.timeMs.set(eventTimeMs, at);
    columns.values.set(value, at);
    at += value.length;
  }
  return { ...columns, width: 1 };
}

function scoreColumns(scores: readonly WindowScore[]): ChannelColumns {
  return {
    timeMs: Float64Array.from(scores, ({ windowEndMs }) => windowEndMs),
    values: Float64Array.from(scores, ({ anomalyScore }) => anomalyScore),
    channel: new Uint16Array(scores.length),
    width: 1,
  };
}

/** A window's newest stride as one entry a scored channel, at the window's end, oldest row first. */
function reconstructionColumns(scores: readonly WindowScore[]): ChannelColumns {
  const channels = scores[0]!.contributions.length;
  const rows = channels === 0 ? 0 : scores[0]!.reconstruction.length / channels;
  const entries = rows === 0 ? 0 : scores.length * channels;
  const timeMs = new Float64Array(entries);
  const channel = new Uint16Array(entries);
  const values = new Float32Array(entries * rows);
  for (let i = 0; i < entries; i++) {
    const { windowEndMs, reconstruction } = scores[Math.floor(i / channels)]!;
    channel[i] = i % channels;
    timeMs[i] = windowEndMs;
    for (let row = 0; row < rows; row++) values[i * rows + row] = reconstruction[row * channels + channel[i]!]!;
  }
  return { timeMs, channel, values, width: rows };
}

/** Newest strides at window ends as one value a row, `intervalMs` apart, the last one interval before the end. */
export function rowsOfStrides({ timeMs, values, width }: SeriesColumns, intervalMs: number): SeriesColumns {
  const rows = new Float64Array(values.length);
  for (let i = 0; i < rows.length; i++) {
    rows[i] = timeMs[Math.floor(i / width)]! - (width - (i % width)) * intervalMs;
  }
  return { timeMs: rows, values, width: 1 };
}
