import { escaped } from '../html-page.ts';

/** Numbers against numbers, as a picture. */
export interface LinePlot {
  readonly label: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly isLogX?: boolean;
  readonly isLogY?: boolean;
  readonly lines: readonly { readonly kind: string; readonly points: readonly (readonly [number, number])[] }[];
  /** Upright lines. */
  readonly marks?: readonly { readonly kind: string; readonly x: number; readonly label: string }[];
}

const width = 640;
const height = 230;
const inner = { left: 62, right: 12, top: 14, bottom: 36 };

/** Lines in a frame with a few numbers along its axes; on a logarithmic axis what is not above 0 is left out. */
export function linePlot(plot: LinePlot): string {
  const lines = plot.lines.map(({ kind, points }) => ({
    kind,
    points: points.filter(([x, y]) => isDrawn(x, plot.isLogX) && isDrawn(y, plot.isLogY)),
  }));
  const points = lines.flatMap((line) => line.points);
  if (points.length === 0) return '';
  const x = axis(
    [...points.map(([value]) => value), ...(plot.marks ?? []).map((mark) => mark.x)],
    plot.isLogX ?? false,
    [inner.left, width - inner.right],
  );
  const y = axis(
    points.map(([, value]) => value),
    plot.isLogY ?? false,
    [height - inner.bottom, inner.top],
  );
  const drawn = lines.map(
    ({ kind, points }) =>
      `<polyline class="${kind}" points="${points.map(([a, b]) => `${x.at(a).toFixed(1)},${y.at(b).toFixed(1)}`).join(' ')}"/>`,
  );
  return (
    `<svg class="plot" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(plot.label)}">` +
    grid(x, y) +
    drawn.join('') +
    (plot.marks ?? []).map((mark) => upright(mark, x)).join('') +
    `<text class="label" x="${(inner.left + width - inner.right) / 2}" y="${height - 4}">${escaped(plot.xLabel)}</text>` +
    `<text class="label" transform="translate(12 ${(height - inner.bottom + inner.top) / 2}) rotate(-90)">${escaped(plot.yLabel)}</text>` +
    '</svg>'
  );
}

interface Axis {
  readonly ticks: readonly number[];
  at(value: number): number;
}

function isDrawn(value: number, isLog = false): boolean {
  return Number.isFinite(value) && (!isLog || value > 0);
}

function axis(values: readonly number[], isLog: boolean, [from, to]: readonly [number, number]): Axis {
  const scale = isLog ? Math.log10 : (value: number): number => value;
  let [least, greatest] = [Infinity, -Infinity];
  for (const value of values) {
    if (!isDrawn(value, isLog)) continue;
    least = Math.min(least, scale(value));
    greatest = Math.max(greatest, scale(value));
  }
  if (greatest === least) [least, greatest] = [least - 0.5, greatest + 0.5];
  const ticks = (isLog ? powers(least, greatest) : rounds(least, greatest)).filter(
    (tick) => scale(tick) >= least - 1e-9 && scale(tick) <= greatest + 1e-9,
  );
  return { ticks, at: (value) => from + ((to - from) * (scale(value) - least)) / (greatest - least) };
}

/** Powers of ten, and the more of their multiples the fewer of them there are. */
function powers(least: number, greatest: number): number[] {
  const span = greatest - least;
  const steps = span > 2.5 ? [1] : span > 1 ? [1, 2, 5] : [1, 1.5, 2, 3, 4, 5, 7];
  const every = Math.max(1, Math.ceil(span / 8));
  const ticks: number[] = [];
  for (let power = Math.floor(least); power <= greatest; power++)
    if (power % every === 0) ticks.push(...steps.map((step) => step * 10 ** power));
  return ticks;
}

function rounds(least: number, greatest: number): number[] {
  const rough = (greatest - least) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.ceil(least / step);
  return Array.from({ length: Math.floor(greatest / step) - first + 1 }, (_, index) => (first + index) * step);
}

function grid(x: Axis, y: Axis): string {
  const [left, right] = [inner.left, width - inner.right];
  const [top, bottom] = [inner.top, height - inner.bottom];
  const across = y.ticks.map((tick) => {
    const at = y.at(tick).toFixed(1);
    return `<line class="grid" x1="${left}" x2="${right}" y1="${at}" y2="${at}"/><text class="y" x="${left - 6}" y="${at}" dy="4">${numberText(tick)}</text>`;
  });
  const up = x.ticks.map((tick) => {
    const at = x.at(tick).toFixed(1);
    return `<line class="grid" x1="${at}" x2="${at}" y1="${top}" y2="${bottom}"/><text class="x" x="${at}" y="${bottom + 15}">${numberText(tick)}</text>`;
  });
  return [...across, ...up].join('');
}

function upright({ kind, x: value, label }: { kind: string; x: number; label: string }, x: Axis): string {
  const at = x.at(value);
  const isRight = at > width * 0.7;
  return (
    `<line class="${kind}" x1="${at.toFixed(1)}" x2="${at.toFixed(1)}" y1="${inner.top}" y2="${height - inner.bottom}"/>` +
    `<text class="mark ${isRight ? 'end' : ''}" x="${(at + (isRight ? -5 : 5)).toFixed(1)}" y="${inner.top + 10}">${escaped(label)}</text>`
  );
}

/** A number in few characters. */
export function numberText(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e5 || size < 1e-3) return value.toExponential(1).replace('.0e', 'e').replace('e+', 'e');
  return String(Number(value.toPrecision(3)));
}
