import {
  LegendDisplayMode,
  LegendPlacement,
  SortOrder,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  FieldColorBuilder,
  FieldColorModeId,
  type DynamicConfigValue,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { dataSource } from './influx-query.ts';
import type { Colour } from './palette.ts';

/** Values further apart than this are not connected: silence must not look like a value. */
const connectedWithinMs = 600_000;

/** A quiet chart over time: thin lines, no points, a legend in one line, breaks where nothing was heard. */
export function timeChart(title: string, description: string): PanelBuilder {
  return new PanelBuilder()
    .title(title)
    .description(description)
    .datasource(dataSource)
    .lineWidth(1)
    .fillOpacity(0)
    .showPoints(VisibilityMode.Never)
    .spanNulls(connectedWithinMs)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
}

/** A chart with nothing to tell apart needs no legend. */
export function withoutLegend(panel: PanelBuilder): PanelBuilder {
  return panel.legend(
    new VizLegendOptionsBuilder()
      .displayMode(LegendDisplayMode.Hidden)
      .placement(LegendPlacement.Bottom)
      .showLegend(false),
  );
}

/** All lines of a chart in one colour. */
export function inColour(colour: Colour): FieldColorBuilder {
  return new FieldColorBuilder().mode(FieldColorModeId.Fixed).fixedColor(colour);
}

/** One line of a chart: its colour and what else sets it apart. */
export function line(colour: Colour, ...others: DynamicConfigValue[]): DynamicConfigValue[] {
  return [{ id: 'color', value: { mode: FieldColorModeId.Fixed, fixedColor: colour } }, ...others];
}

export const dashed: DynamicConfigValue = { id: 'custom.lineStyle', value: { fill: 'dash', dash: [6, 4] } };
