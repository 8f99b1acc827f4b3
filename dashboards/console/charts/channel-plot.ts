import uPlot from 'uplot';
import type { ChannelDefinition } from '../../../pipelines/telemetry/channel.ts';
import type { StreamView } from '../../../services/console/api.ts';
import { fixed, number } from '../format/quantity.ts';
import { excessSymbol } from '../format/status.ts';
import { bareEnvelope, envelope, envelopeBand } from './envelope.ts';
import { hatching } from './hatching.ts';
import { palette } from './palette.ts';
import { fillSpan, type TimePlotSpec } from './time-plot.ts';

/** The middle of the reconstruction. */
const expected: uPlot.Series = {
  stroke: palette.accent,
  width: 1.3,
  dash: [5, 3],
  points: { show: false },
  spanGaps: false,
};

/** What the model puts where nothing was observed. */
const imputed: uPlot.Series = { ...expected, stroke: palette.imputed, width: 2, dash: [2, 3] };

/** One channel: telemetry solid, what the model reconstructed dashed, silence hatched and imputed dotted, anomalies shaded, limits drawn. */
export function channelPlot(channel: ChannelDefinition, view: () => StreamView | null): TimePlotSpec {
  return {
    label: `${channel.name}${channel.unit && `, ${channel.unit}`}: telemetry and reconstruction over time`,
    series: [...envelope(palette.telemetry, 1), ...bareEnvelope(), expected, imputed],
    bands: [envelopeBand(1, palette.telemetry), envelopeBand(3, `${palette.accent}40`)],
    yScale: { range: (_plot, min, max) => valueRange(channel, min, max) },
    ...(channel.kind === 'enumeration' ? { ySplits: () => channel.states.map(({ value }) => value) } : {}),
    yLabels: (values, step) => axisLabels(channel, values, step),
    under: (plot) => drawEvents(plot, channel, view()),
    over: (plot) => drawLimits(plot, channel),
  };
}

function valueRange(channel: ChannelDefinition, min: number | null, max: number | null): uPlot.Range.MinMax {
  if (channel.kind === 'enumeration') {
    const values = channel.states.map(({ value }) => value);
    return [Math.min(...values) - 0.4, Math.max(...values) + 0.4];
  }
  if (min === null || max === null) return [0, 1];
  const least = Math.max(Math.abs(max), Math.abs(min)) * 1e-4 || 1e-3;
  const padding = Math.max((max - min) * 0.12, least);
  return [min - padding, max + padding];
}

/** Labels with as many decimals as tell them apart. */
function axisLabels(channel: ChannelDefinition, values: readonly number[], step: number): string[] {
  if (channel.kind === 'enumeration')
    return values.map((value) => channel.states.find((state) => state.value === value)?.label.slice(0, 7) ?? '');
  const decimals = [0, 1, 2, 3, 4, 5, 6].find((count) => Number(step.toFixed(count)) === step) ?? 7;
  return values.map((value) => (Math.abs(value) >= 1e5 ? number(value) : fixed(value, decimals)));
}

function drawEvents(plot: uPlot, channel: ChannelDefinition, view: StreamView | null): void {
  if (!view) return;
  const hatch = hatching(plot.ctx);
  const { max = 0 } = plot.scales.x!;
  for (const { channelId, fromMs, toMs } of view.stale)
    if (channelId === channel.id) fillSpan(plot, fromMs, toMs ?? max, hatch);
  for (const { located, peakScore, threshold } of view.anomalies)
    fillSpan(plot, located.fromMs, located.toMs, palette[excessSymbol(peakScore / threshold)], 0.12);
}

function drawLimits(plot: uPlot, { hardLimits }: ChannelDefinition): void {
  const { ctx, bbox } = plot;
  ctx.strokeStyle = palette.critical;
  ctx.globalAlpha = 0.7;
  ctx.lineWidth = devicePixelRatio;
  for (const limit of [hardLimits?.low, hardLimits?.high]) {
    if (limit === undefined) continue;
    const y = Math.round(plot.valToPos(limit, 'y', true)) + 0.5;
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
  }
  ctx.globalAlpha = 1;
}
