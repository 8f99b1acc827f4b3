import uPlot from 'uplot';
import type { StreamView, ThresholdOutcome } from '../../../services/console/api.ts';
import { excessSymbol } from '../format/status.ts';
import { envelope, envelopeBand } from './envelope.ts';
import { hatching } from './hatching.ts';
import { palette } from './palette.ts';
import { fillSpan, labelSpan, type TimePlotSpec } from './time-plot.ts';

/** Linear below, logarithmic above: a score of 1 is ordinary and one of 100 must still fit. */
const linearBelow = 3;
const ticks = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000, 10_000, 100_000, 1e6];
const leastTickPx = 16;
const faultLanePx = 4;

/** What the score's chart draws beside the score. */
export interface ScoreOverlay {
  readonly view: StreamView | null;
  /** The threshold that an operator is trying, as it would have moved; empty where none is tried. */
  readonly tried: ThresholdOutcome['levels'];
  readonly showFaults: boolean;
}

/** The anomaly score against its threshold, whose steps stand where they took effect. */
export function scorePlot(overlay: () => ScoreOverlay): TimePlotSpec {
  return {
    label: 'Anomaly score against its threshold over time',
    series: envelope(palette.ink, 1.4),
    bands: [envelopeBand(1, palette.ink)],
    yScale: {
      distr: 4,
      asinh: linearBelow,
      range: (_plot, _min, max) => [0, withHeadroom(Math.max(max ?? 1, 2, topLevel(overlay())))],
    },
    ySplits: (plot) => readable(plot),
    yLabels: (values) => values.map(String),
    under: (plot) => drawEvents(plot, overlay()),
    over: (plot) => drawLevels(plot, overlay()),
  };
}

/** A tenth more on the scale that is drawn. */
function withHeadroom(top: number): number {
  return linearBelow * Math.sinh(1.1 * Math.asinh(top / linearBelow));
}

function topLevel({ view, tried }: ScoreOverlay): number {
  return Math.max(0, ...[...tried, ...(view?.thresholds ?? [])].map(({ level }) => level ?? 0));
}

function readable(plot: uPlot): number[] {
  const { max = 1 } = plot.scales.y!;
  const shown: number[] = [];
  let lastPx = Infinity;
  for (const tick of ticks) {
    if (tick > max) break;
    const px = plot.valToPos(tick, 'y');
    if (Number.isFinite(px) && lastPx - px < leastTickPx) continue;
    shown.push(tick);
    lastPx = px;
  }
  return shown;
}

function drawEvents(plot: uPlot, { view, showFaults }: ScoreOverlay): void {
  if (!view) return;
  const hatch = hatching(plot.ctx);
  for (const { fromMs, toMs } of view.gaps) {
    fillSpan(plot, fromMs, toMs, hatch);
    labelSpan(plot, fromMs, toMs, 'no signal');
  }
  for (const { startMs, endMs, peakScore, threshold } of view.anomalies)
    fillSpan(plot, startMs, endMs, palette[excessSymbol(peakScore / threshold)], 0.16);
  if (!showFaults) return;
  const { ctx, bbox } = plot;
  for (const { startMs, endMs, kind } of view.faults) {
    const left = plot.valToPos(startMs, 'x', true);
    const width = Math.max(2, plot.valToPos(endMs, 'x', true) - left);
    ctx.fillStyle = palette.accent;
    ctx.fillRect(left, bbox.top, width, faultLanePx * devicePixelRatio);
    labelSpan(plot, startMs, endMs, kind, palette.accent);
  }
}

function drawLevels(plot: uPlot, { view, tried }: ScoreOverlay): void {
  drawSteps(plot, view?.thresholds ?? [], palette.caution, [5, 3]);
  drawSteps(plot, tried, palette.accent, [2, 3]);
}

function drawSteps(
  plot: uPlot,
  steps: readonly { readonly drawnFromMs: number; readonly level: number | null }[],
  stroke: string,
  dash: readonly number[],
): void {
  const { max = 0 } = plot.scales.x!;
  steps.forEach(({ drawnFromMs, level }, index) => {
    const toMs = steps[index + 1]?.drawnFromMs ?? max;
    if (level !== null) drawLevel(plot, drawnFromMs, toMs, level, stroke, dash);
  });
}

function drawLevel(
  plot: uPlot,
  fromMs: number,
  toMs: number,
  level: number,
  stroke: string,
  dash: readonly number[],
): void {
  const { ctx, bbox } = plot;
  const y = Math.round(plot.valToPos(level, 'y', true)) + 0.5;
  ctx.strokeStyle = stroke;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash(dash.map((length) => length * devicePixelRatio));
  ctx.beginPath();
  ctx.moveTo(Math.max(bbox.left, plot.valToPos(fromMs, 'x', true)), y);
  ctx.lineTo(plot.valToPos(toMs, 'x', true), y);
  ctx.stroke();
  ctx.setLineDash([]);
}
