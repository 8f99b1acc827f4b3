import {
  LegendDisplayMode,
  LegendPlacement,
  VisibilityMode,
  VizLegendOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { FieldColorBuilder, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/statetimeline';
import { dataSource, ofStream, timeSeries } from './influx-query.ts';
import { streamLink } from './stream-link.ts';

const query = `SELECT max("value") FROM "raw"."score" WHERE ${ofStream} GROUP BY time($__interval), "stream" fill(none)`;

/** Scores from here on look alike. */
const brightest = 10;

/** The scores of all streams at a glance, a row each, brighter where higher. */
export function scoreRibbon(): PanelBuilder {
  return new PanelBuilder()
    .title('Anomaly score, all streams')
    .description(
      `The greatest anomaly score at each time: dark is normal (1), the brightest ${brightest} and more; nothing where nothing was scored.`,
    )
    .datasource(dataSource)
    .maxDataPoints(240)
    .min(0)
    .max(brightest)
    .decimals(2)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.ContinuousBlues))
    .lineWidth(0)
    .fillOpacity(85)
    .rowHeight(0.85)
    .mergeValues(false)
    .insertNulls(600_000)
    .showValue(VisibilityMode.Never)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.Hidden)
        .placement(LegendPlacement.Bottom)
        .showLegend(false),
    )
    .dataLinks([{ build: () => streamLink('${__field.labels.stream}') }])
    .withTarget(timeSeries('A', query, '$tag_stream'));
}
