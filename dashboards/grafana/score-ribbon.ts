import {
  LegendDisplayMode,
  LegendPlacement,
  VisibilityMode,
  VizLegendOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { FieldColorBuilder, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/statetimeline';
import { dataSource, ofStream, timeSeries } from './influx-query.ts';
import { palette } from './palette.ts';
import { excessSteps, steps } from './severity.ts';
import { streamLink } from './stream-link.ts';

const scores = greatest('score');
const severities = greatest('severity');

/** Scores from here on look alike. */
const brightest = 10;

/** The scores of all streams at a glance, a row each, brighter where higher. */
export function scoreRibbon(): PanelBuilder {
  return ribbon(
    'Anomaly score, all streams',
    `The greatest anomaly score at each time: dark is normal (1), the brightest ${brightest} and more; nothing where nothing was scored.`,
  )
    .min(0)
    .max(brightest)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.ContinuousBlues))
    .insertNulls(600_000)
    .withTarget(timeSeries('A', scores, '$tag_stream'));
}

/** How bad each stream was when: a row for each that was anomalous. */
export function severityRibbon(): PanelBuilder {
  return ribbon(
    'Severity',
    'Anomalies of each stream by the peak over its threshold: from 2 serious, from 5 critical; dark where one is over.',
  )
    .thresholds(steps(palette.line, ...excessSteps))
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
    .withTarget(timeSeries('A', severities, '$tag_stream'));
}

function ribbon(title: string, description: string): PanelBuilder {
  return new PanelBuilder()
    .title(title)
    .description(description)
    .datasource(dataSource)
    .maxDataPoints(240)
    .decimals(2)
    .lineWidth(0)
    .fillOpacity(85)
    .rowHeight(0.85)
    .mergeValues(false)
    .showValue(VisibilityMode.Never)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.Hidden)
        .placement(LegendPlacement.Bottom)
        .showLegend(false),
    )
    .dataLinks([{ build: () => streamLink('${__field.labels.stream}') }]);
}

function greatest(measurement: string): string {
  return `SELECT max("value") FROM "raw"."${measurement}" WHERE ${ofStream} GROUP BY time($__interval), "stream" fill(none)`;
}
