import { escaped, htmlPage, htmlTable } from '../evaluate/html-page.ts';
import type { MadeChannel, MadeReport } from './made-report.ts';

const width = 960;
const height = 140;
/** Lines drawn of a channel at most: more cannot be told apart. */
const mostLines = 60;

const style = `<style>
.band { fill: var(--labelled); opacity: .14; } .made { stroke: var(--score); stroke-opacity: .45; }
.step { stroke-opacity: 1; }
</style>`;

/** Made windows as one HTML file: a picture of every channel, each window a line; `isOrdered` ones go from blue to red. */
export function madeHtml(title: string, words: string, report: MadeReport, isOrdered: boolean): string {
  const { channels } = report;
  return htmlPage(title, [
    style,
    `<p>${escaped(words)}</p>`,
    '<p class="key">Each line is one window. The <b class="l">band</b> is mean and two deviations of what training saw.</p>',
    ...channels.map((channel, index) => channelSection(report, channel, index, isOrdered)),
    '<h2>Figures</h2>',
    htmlTable(
      ['channel', 'mean', 'of training', 'deviation', 'of training'],
      channels.map((channel) => [
        `${channel.channelId} ${channel.name}`,
        text(channel.mean),
        text(channel.trainingMean),
        text(channel.deviation),
        text(channel.trainingDeviation),
      ]),
    ),
  ]);
}

/** Four digits, or a dash. */
function text(value: number | null): string {
  return value === null ? '–' : value.toPrecision(4);
}

function channelSection(report: MadeReport, channel: MadeChannel, index: number, isOrdered: boolean): string {
  const lines = report.windows.slice(0, mostLines).map((rows) => rows.map((row) => row[index]!));
  const { channelId, name, unit, trainingMean, trainingDeviation } = channel;
  const band =
    trainingMean === null || trainingDeviation === null
      ? null
      : ([trainingMean - 2 * trainingDeviation, trainingMean + 2 * trainingDeviation] as const);
  const seen = [...lines.flat(), ...(band ?? [])].filter((value) => value !== null);
  const low = Math.min(...seen);
  const span = Math.max(...seen) - low || 1;
  const y = (value: number): string => (height - 6 - ((height - 12) * (value - low)) / span).toFixed(1);
  const shade = band
    ? `<rect class="band" x="0" y="${y(band[1])}" width="${width}" height="${(Number(y(band[0])) - Number(y(band[1]))).toFixed(1)}"/>`
    : '';
  const drawn = lines.map((values, line) => {
    const points = values.flatMap((value, row) =>
      value === null ? [] : [`${((row * width) / Math.max(1, values.length - 1)).toFixed(1)},${y(value)}`],
    );
    const hue = isOrdered
      ? ` style="stroke: hsl(${(220 + (140 * line) / Math.max(1, lines.length - 1)).toFixed(0)} 70% 55%)"`
      : '';
    const title = `<title>${escaped(report.labels[line]!)}</title>`;
    return `<polyline class="made${isOrdered ? ' step' : ''}"${hue} points="${points.join(' ')}">${title}</polyline>`;
  });
  const range = `${text(low)} to ${text(low + span)} ${unit}`;
  return (
    `<section><h3>${escaped(channelId)} ${escaped(name)}</h3><p>${escaped(range)}</p>` +
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(channelId)}">${shade}${drawn.join('')}</svg></section>`
  );
}
