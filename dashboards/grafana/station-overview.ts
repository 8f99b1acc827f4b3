import { AnnotationPanelFilterBuilder, type Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { GraphDrawStyle, StackingConfigBuilder, StackingMode } from '@grafana/grafana-foundation-sdk/common';
import type { PanelBuilder as TimeChart } from '@grafana/grafana-foundation-sdk/timeseries';
import { anomalyAnnotations } from './annotations.ts';
import { anomalyTable } from './anomaly-table.ts';
import { dashboard, streamVariable, withAll } from './dashboard.ts';
import { ofStream, timeSeries } from './influx-query.ts';
import { palette } from './palette.ts';
import { scoreChart } from './score-chart.ts';
import { scoreRibbon, severityRibbon } from './score-ribbon.ts';
import { stationFigures } from './station-figures.ts';
import { overviewUid, streamLink } from './stream-link.ts';
import { streamTable } from './stream-table.ts';
import { inColour, timeChart, withoutLegend } from './time-chart.ts';

/** The whole station on a page: what is anomalous, what is not heard, and the score of every stream. */
export function stationOverview(): Dashboard {
  const ribbon = scoreRibbon().height(9).span(24);
  const panels = [
    ...stationFigures(),
    ribbon,
    severityRibbon().height(7).span(24),
    streamTable().height(13).span(12),
    anomalyTable().height(13).span(12),
    notScored().height(6).span(8),
    samplesPerSecond().height(6).span(8),
    behind().height(6).span(8),
    lag().height(6).span(12),
    watermarkDelay().height(6).span(12),
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
  const query = `SELECT sum("samples") * 1000 / $__interval_ms FROM "raw"."ingest" WHERE ${ofStream} GROUP BY time($__interval) fill(0)`;
  return withoutLegend(timeChart('Telemetry', 'Samples that came in each second.'))
    .colorScheme(inColour(palette.telemetry))
    .interval('1m')
    .unit('cps')
    .withTarget(timeSeries('A', query, 'samples'));
}

function behind(): TimeChart {
  const query = `SELECT max("value") FROM "raw"."ingest" WHERE ${ofStream} GROUP BY time($__interval), "stream" fill(null)`;
  return withoutLegend(
    timeChart('Behind at ingest', 'By stream: the furthest that a batch came in behind its newest sample.'),
  )
    .colorScheme(inColour(palette.dim))
    .interval('1m')
    .unit('ms')
    .withTarget(timeSeries('A', query, '$tag_stream'));
}

function lag(): TimeChart {
  const query =
    'SELECT max("value") FROM "raw"."lag" WHERE $timeFilter GROUP BY time($__interval), "service", "topic", "partition" fill(none)';
  return timeChart(
    'Lag',
    'By service, topic and partition: what is in the log and not yet read. By the clock, not by station time.',
  )
    .interval('5s')
    .unit('none')
    .axisSoftMin(0)
    .withTarget(timeSeries('A', query, '$tag_service $tag_topic $tag_partition'));
}

function watermarkDelay(): TimeChart {
  const query = `SELECT max("value") FROM "raw"."watermark_delay" WHERE ${ofStream} GROUP BY time($__interval), "stream" fill(none)`;
  return withoutLegend(
    timeChart(
      'Watermark delay',
      'By stream: how far what is settled is behind the newest telemetry that came in. By the clock, not by station time.',
    ),
  )
    .colorScheme(inColour(palette.dim))
    .interval('5s')
    .unit('ms')
    .axisSoftMin(0)
    .withTarget(timeSeries('A', query, '$tag_stream'));
}
