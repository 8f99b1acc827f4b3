import uPlot from 'uplot';
import type { BinGrid, TimeSpan } from '../../../services/console/api.ts';
import { cursorMs, fixRange, plotWidth } from '../state/time-range.ts';
import { palette } from './palette.ts';
import { timeTicks } from './time-ticks.ts';

/** Room left of every plot for its values; the time axis and the ribbon keep it too. */
export const axisWidth = 52;
const leastDragMs = 2000;

export interface TimePlotSpec {
  readonly label: string;
  readonly series: readonly uPlot.Series[];
  readonly bands?: readonly uPlot.Band[];
  readonly yScale: uPlot.Scale;
  readonly ySplits?: (plot: uPlot) => number[];
  /** Labels of values that stand `step` apart. */
  readonly yLabels: (values: readonly number[], step: number) => string[];
  /** Drawn below the lines. */
  under(plot: uPlot): void;
  /** Drawn above the lines. */
  over?(plot: uPlot): void;
}

/** One chart over station time, whose cursor and range all others share. */
export class TimePlot {
  readonly #plot: uPlot;

  constructor(target: HTMLElement, spec: TimePlotSpec, widthPx: number, heightPx: number) {
    this.#plot = new uPlot(options(spec, widthPx, heightPx), [[], ...spec.series.map(() => [])], target);
    this.#plot.root.setAttribute('role', 'img');
    this.#plot.root.setAttribute('aria-label', spec.label);
  }

  resize(widthPx: number, heightPx: number): void {
    const { width, height } = this.#plot;
    if (width !== widthPx || height !== heightPx) this.#plot.setSize({ width: widthPx, height: heightPx });
  }

  /** Columns of one value a bin, in the order of the spec's series. */
  show(grid: BinGrid, columns: readonly (readonly (number | null)[])[]): void {
    const times = Float64Array.from({ length: grid.bins }, (_, bin) => grid.fromMs + bin * grid.binMs);
    this.#plot.setData([times, ...columns] as unknown as uPlot.AlignedData, false);
  }

  range({ fromMs, toMs }: TimeSpan): void {
    this.#plot.setScale('x', { min: fromMs, max: toMs });
  }

  destroy(): void {
    this.#plot.destroy();
  }
}

function options(spec: TimePlotSpec, width: number, height: number): uPlot.Options {
  return {
    width,
    height,
    ms: 1,
    padding: [4, 0, 4, 0],
    legend: { show: false },
    cursor: {
      y: false,
      points: { show: false },
      sync: { key: 'station', setSeries: false, scales: ['x', null] },
      drag: { x: true, y: false, setScale: false, dist: 5 },
    },
    scales: { x: { time: false }, y: spec.yScale },
    axes: axes(spec),
    series: [{}, ...spec.series],
    bands: [...(spec.bands ?? [])],
    hooks: {
      drawClear: [(plot) => clipped(plot, () => spec.under(plot))],
      draw: [(plot) => clipped(plot, () => spec.over?.(plot))],
      setCursor: [shareCursor],
      setSelect: [chooseSelected],
    },
  };
}

function axes({ ySplits, yLabels }: TimePlotSpec): uPlot.Axis[] {
  const grid = { stroke: palette.line, width: 1 };
  const x: uPlot.Axis = {
    size: 0,
    ticks: { show: false },
    grid,
    values: (_plot, splits) => splits.map(() => ''),
    splits: (plot, _axis, min, max) => [...timeTicks({ fromMs: min, toMs: max }, plot.bbox.width / devicePixelRatio)],
  };
  const y: uPlot.Axis = {
    size: axisWidth,
    space: 16,
    gap: 6,
    font: `10px ${palette.mono}`,
    stroke: palette.dim,
    ticks: { show: false },
    grid,
    filter: (_plot, splits) => splits,
    values: (_plot, splits, _axis, _space, step) => yLabels(splits, step),
    ...(ySplits ? { splits: ySplits } : {}),
  };
  return [x, y];
}

/** Keeps what is drawn by hand within the plot. */
function clipped({ ctx, bbox }: uPlot, draw: () => void): void {
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  draw();
  ctx.restore();
}

function shareCursor(plot: uPlot): void {
  const { left = -1 } = plot.cursor;
  cursorMs.value = left < 0 ? null : plot.posToVal(left, 'x');
}

/** Dragging over a chart fixes the range that was dragged over. */
function chooseSelected(plot: uPlot): void {
  const { left, width } = plot.select;
  if (width <= 0) return;
  const [fromMs, toMs] = [plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x')];
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  if (toMs - fromMs >= leastDragMs) fixRange(fromMs, toMs);
}

/** Fills a stretch of time over the whole height of a plot. */
export function fillSpan(plot: uPlot, fromMs: number, toMs: number, fill: string | CanvasPattern, alpha = 1): void {
  const { ctx, bbox } = plot;
  const left = Math.max(plot.valToPos(fromMs, 'x', true), bbox.left - 1);
  const right = Math.min(plot.valToPos(toMs, 'x', true), bbox.left + bbox.width + 1);
  if (right <= left) return;
  ctx.globalAlpha = alpha;
  ctx.fillStyle = fill;
  ctx.fillRect(left, bbox.top, Math.max(right - left, 1), bbox.height);
  ctx.globalAlpha = 1;
}

/** Names a stretch of time at its top, where the words fit into what is in sight of it. */
export function labelSpan(plot: uPlot, fromMs: number, toMs: number, words: string, ink: string = palette.dim): void {
  const { ctx, bbox } = plot;
  const left = Math.max(bbox.left, plot.valToPos(fromMs, 'x', true));
  const right = Math.min(bbox.left + bbox.width, plot.valToPos(toMs, 'x', true));
  ctx.font = `${10 * devicePixelRatio}px ${palette.sans}`;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'top';
  if (ctx.measureText(words).width + 8 * devicePixelRatio > right - left) return;
  ctx.fillStyle = ink;
  ctx.fillText(words, left + 4 * devicePixelRatio, bbox.top + 6 * devicePixelRatio);
}

/** Keeps `plotWidth` at the width of the plots inside a pane. */
export function measurePlots(paneWidthPx: number): void {
  const width = Math.max(200, Math.floor(paneWidthPx - axisWidth));
  if (width !== plotWidth.peek()) plotWidth.value = width;
}
