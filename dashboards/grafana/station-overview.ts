import { AnnotationPanelFilterBuilder, type Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { GraphDrawStyle, StackingConfigBuilder, StackingMode } from '@grafana/grafana-foundation-sdk/common';
import type { PanelBuilder as TimeChart } from '@grafana/grafana-foundation-sdk/timeseries';
import { anomalyAnnotations } from './annotations.ts';
import { anomalyTable } from './anomaly-table.ts';
import { dashboard, streamVariable, withAll } from './dashboard.ts';
import { figure } from './figure.ts';
import { ofStream, timeSeries } from './influx-query.ts';
import { palette } from './palette.ts';
import { scoreChart } from './score-chart.ts';
import { scoreRibbon } from './score-ribbon.ts';
import { steps } from './severity.ts';
import { overviewUid, streamLink } from './stream-link.ts';
import { streamTable } from './stream-table.ts';
import { inColour, timeChart, withoutLegend } from './time-chart.ts';

const quiet = steps(palette.telemetry);

/** The whole station on a page: what is anomalous, what is not heard, and the score of every stream. */
export function stationOverview(): Dashboard {
  const ribbon = scoreRibbon().height(9).span(24);
  const panels = [
    ...figures(),
    ribbon,
    streamTable().height(13).span(12),
    anomalyTable().height(13).span(12),
    notScored().height(6).span(12),
    samplesPerSecond().height(6).span(12),
    scoreChart('$stream')
      .height(5)
      .span(6)
      .repeat('stream')
      .repeatDirection('h')
      .maxPerRow(4)
      .dataLinks([{ build: () => streamLink('$stream') }]),
  ];
  const inRibbon = new AnnotationPanelFilterBuilder().ids([panels.indexOf(ribbon) + 1]);
  return dashboard(overviewUid, 'Station overview', 'All streams that Cupola watches.', panels)
    .withVariable(withAll(streamVariable()))
    .annotation(anomalyAnnotations().filter(inRibbon))
    .build();
}

function figures(): ReturnType<typeof figure>[] {
  const open = steps(palette.normal, [1, palette.serious]);
  const unheard = steps(palette.telemetry, [1, palette.off]);
  return [
    figure(
      'Open anomalies',
      'Anomalies that began in the chosen time and are not over.',
      count('anomaly', `"type" != 'closed' AND `),
      open,
    ),
    figure('Anomalies', 'Anomalies that began in the chosen time.', count('anomaly'), quiet),
    figure(
      'Streams scored',
      'Streams with at least one scored window.',
      `SELECT count("windows") FROM (SELECT count("value") AS "windows" FROM "raw"."score" WHERE ${ofStream} GROUP BY "stream") WHERE $timeFilter`,
      quiet,
    ),
    figure('Windows scored', 'Windows that have a score.', count('score'), quiet),
    figure(
      'Windows not scored',
      'Windows with too much missing: nobody knows whether they were normal.',
      `SELECT sum("value") FROM "raw"."gap" WHERE ${ofStream}`,
      unheard,
    ),
    figure(
      'Channels gone silent',
      'How often a channel was not heard for longer than it may rest.',
      count('stale'),
      unheard,
    ),
  ];
}

function notScored(): TimeChart {
  const query = `SELECT sum("value") FROM "raw"."gap" WHERE ${ofStream} GROUP BY time($__interval), "stream" fill(none)`;
  return withoutLegend(timeChart('Windows not scored', 'By stream; too much was missing in them.'))
    .drawStyle(GraphDrawStyle.Bars)
    .stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'))
    .fillOpacity(60)
    .lineWidth(0)
    .colorScheme(inColour(palette.off))
    .interval('1m')
    .unit('none')
    .withTarget(timeSeries('A', query, '$tag_stream'));
}

function samplesPerSecond(): TimeChart {
  const query = `SELECT count("value") * 1000 / $__interval_ms FROM "raw"."telemetry" WHERE ${ofStream} GROUP BY time($__interval) fill(0)`;
  return withoutLegend(timeChart('Telemetry', 'Samples recorded per second of event time.'))
    .colorScheme(inColour(palette.telemetry))
    .interval('1m')
    .unit('cps')
    .withTarget(timeSeries('A', query, 'samples'));
}

function count(measurement: string, condition = ''): string {
  return `SELECT count("value") FROM "raw"."${measurement}" WHERE ${condition}${ofStream}`;
}
