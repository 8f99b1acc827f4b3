import type { RowRange } from '../../../pipelines/evaluation/datasets/row-range.ts';
import { strideIndexes, type PlacedScores } from '../../../pipelines/evaluation/row-scores.ts';
import type { ChannelTrace } from './channel-trace.ts';
import type { ChannelResult } from './evaluate-channel.ts';
import { escaped } from './html-page.ts';

const width = 960;
const telemetry = { top: 8, height: 84 };
const ribbon = { top: 96, height: 14 };
const score = { top: 114, height: 60 };
const height = 180;
/** Points of the score at most: the greatest of each bin of rows is drawn. */
const bins = 480;

/**
 * A recording as an SVG picture: telemetry, labelled rows (upper half of the ribbon, and behind the telemetry) and predicted
 * ones (lower half), and, on a logarithmic scale, the score with its threshold.
 */
export function channelPicture({ entry, scores, trace }: ChannelResult): string {
  const { rows, labelled, predicted } = entry;
  const parts = [
    ...labelled.map((range) => bar('labelled behind', range, rows, telemetry.top, telemetry.height)),
    envelope(trace),
    ...labelled.map((range) => bar('labelled', range, rows, ribbon.top, ribbon.height / 2 - 1)),
    ...predicted.map((range) => bar('predicted', range, rows, ribbon.top + ribbon.height / 2, ribbon.height / 2)),
    ...scoreLines(scores, rows),
  ];
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(entry.channel)}">${parts.join('')}</svg>`;
}

function bar(kind: string, [first, last]: RowRange, rows: number, top: number, high: number): string {
  const x = (width * first) / rows;
  // What is narrower could not be seen.
  const wide = Math.max(2, (width * (last + 1)) / rows - x);
  return `<rect class="${kind}" x="${x.toFixed(1)}" y="${top}" width="${wide.toFixed(1)}" height="${high}"/>`;
}

/** From the least to the greatest value of each bin. */
function envelope({ min, max }: ChannelTrace): string {
  const seen = [...min, ...max].filter((value) => value !== null);
  const low = Math.min(...seen);
  const span = Math.max(...seen) - low || 1;
  const { top, height: high } = telemetry;
  const y = (value: number): string => (top + high - (high * (value - low)) / span).toFixed(1);
  const x = (bin: number): string => (((bin + 0.5) * width) / min.length).toFixed(1);
  const path = min.flatMap((value, bin) =>
    value === null || max[bin] === null ? [] : [`M${x(bin)} ${y(value)}V${y(max[bin]!)}`],
  );
  const line = max.flatMap((value, bin) => (value === null ? [] : [`${x(bin)},${y(value)}`]));
  return `<path class="telemetry" d="${path.join('')}"/><polyline class="telemetry" points="${line.join(' ')}"/>`;
}

function scoreLines({ judged, strides }: PlacedScores, rows: number): string[] {
  const count = Math.min(bins, rows);
  const greatest = new Float64Array(count).fill(Number.NaN);
  const threshold = new Float64Array(count).fill(Number.NaN);
  const places = strideIndexes(strides);
  judged.endMs.forEach((end, index) => {
    const row = strides.lastRow[places.get(end)!]!;
    if (row < 0) return;
    const bin = Math.floor((row * count) / rows);
    if (!(greatest[bin]! >= judged.score[index]!)) greatest[bin] = judged.score[index]!;
    if (Number.isFinite(judged.level[index]!)) threshold[bin] = judged.level[index]!;
  });
  const logs = [...greatest, ...threshold].filter((value) => value > 0).map(Math.log10);
  if (logs.length === 0) return [];
  const low = Math.min(...logs);
  const span = Math.max(...logs) - low || 1;
  const line = (kind: string, values: Float64Array): string => {
    const points = Array.from(values, (value, bin) => {
      if (Number.isNaN(value)) return '';
      const y = score.top + score.height - (score.height * (Math.log10(Math.max(value, 10 ** low)) - low)) / span;
      return `${(((bin + 0.5) * width) / count).toFixed(1)},${y.toFixed(1)}`;
    });
    return `<polyline class="${kind}" points="${points.filter(Boolean).join(' ')}"/>`;
  };
  return [line('score', greatest), line('threshold', threshold)];
}
