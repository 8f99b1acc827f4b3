import { GraphDrawStyle, StackingConfigBuilder, StackingMode } from '@grafana/grafana-foundation-sdk/common';
import {
  DashboardLinkBuilder,
  DashboardLinkType,
  type Dashboard,
  type DataTransformerConfig,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table';
import type { PanelBuilder as TimeChart } from '@grafana/grafana-foundation-sdk/timeseries';
import { anomalyAnnotations, gapAnnotations } from './annotations.ts';
import { anomalyTable } from './anomaly-table.ts';
import { channelChart } from './channel-chart.ts';
import { dashboard, streamVariable, tagVariable, withAll } from './dashboard.ts';
import { ofStream, table, timeSeries } from './influx-query.ts';
import { palette } from './palette.ts';
import { columns, quietTable } from './quiet-table.ts';
import { scoreChart } from './score-chart.ts';
import { severityColumn } from './severity.ts';
import { detailUid, overviewUid } from './stream-link.ts';
import { line, timeChart } from './time-chart.ts';

const channels = 'SHOW TAG VALUES FROM "raw"."reconstruction" WITH KEY = "channel" WHERE "stream" =~ /^$stream$/';

/** One stream: its score, its channels beside what was expected of them, and what is missing. */
export function streamDetail(): Dashboard {
  const back = new DashboardLinkBuilder('Station overview').type(DashboardLinkType.Link).url(`/d/${overviewUid}`);
  return dashboard(detailUid, 'Stream detail', 'One stream and its channels.', [
    scoreChart('Anomaly score').height(8).span(16),
    firstChannels().height(8).span(8),
    contributions().height(6).span(24),
    missing().height(4).span(24),
    anomalyTable().height(8).span(24),
    silences().height(8).span(12),
    models().height(8).span(12),
    channelChart().height(6).span(12).repeat('channel').repeatDirection('h').maxPerRow(2),
  ])
    .withVariable(streamVariable())
    .withVariable(withAll(tagVariable('channel', 'Channels', channels)))
    .annotation(anomalyAnnotations())
    .annotation(gapAnnotations())
    .link(back.keepTime(true))
    .build();
}

/** What anomalies record of contributions: which channel had the largest. */
function firstChannels(): Table {
  const query = `SELECT "topChannel", "value" / "threshold" AS "excess" FROM "raw"."anomaly" WHERE ${ofStream}`;
  const fields = {
    topChannel: { operation: 'groupby', aggregations: [] },
    excess: { operation: 'aggregate', aggregations: ['count', 'max'] },
  };
  return quietTable(
    'First channels',
    'Which channel contributed most to how many anomalies. Worst: the greatest peak over its threshold.',
  )
    .withTarget(table('A', query))
    .transformations([
      { id: 'groupBy', options: { fields } },
      ...columns({ topChannel: 'Channel', 'excess (count)': 'Anomalies', 'excess (max)': 'Worst' }),
      { id: 'sortBy', options: { sort: [{ field: 'Anomalies', desc: true }] } },
    ])
    .overrideByName('Worst', severityColumn);
}

/** Which channels the error comes from. */
function contributions(): TimeChart {
  const query = `SELECT mean("value") FROM "raw"."contribution" WHERE ${ofStream} GROUP BY time($__interval), "channel" fill(none)`;
  return timeChart('Contributions', 'The share of each channel in the reconstruction error.')
    .stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'))
    .fillOpacity(40)
    .lineWidth(0)
    .unit('percentunit')
    .min(0)
    .max(1)
    .withTarget(timeSeries('A', query, '$tag_channel'));
}

function missing(): TimeChart {
  return timeChart(
    'Missing',
    'The share of a window that was not heard: of windows that were scored all the same, and of those that were not.',
  )
    .drawStyle(GraphDrawStyle.Bars)
    .lineWidth(0)
    .fillOpacity(70)
    .unit('percentunit')
    .min(0)
    .max(1)
    .withTarget(timeSeries('A', missingShare('score'), 'scored'))
    .withTarget(timeSeries('B', missingShare('gap'), 'not scored'))
    .overrideByName('scored', line(palette.accent))
    .overrideByName('not scored', line(palette.off));
}

function missingShare(measurement: string): string {
  return `SELECT max("missingShare") FROM "raw"."${measurement}" WHERE ${ofStream} GROUP BY time($__interval) fill(none)`;
}

function silences(): Table {
  return quietTable(
    'Silent channels',
    'Channels that were silent for longer than they may rest. One that was heard again after it was last heard is well.',
  )
    .withTarget(table('A', newestByChannel('stale')))
    .withTarget(table('B', newestByChannel('resumed')))
    .transformations([
      named('A', 'Last heard'),
      named('B', 'Heard again'),
      { id: 'joinByField', options: { byField: 'channel', mode: 'outer' } },
      ...columns({ channel: 'Channel', 'Last heard': 'Last heard', 'Heard again': 'Heard again' }),
    ]);
}

function newestByChannel(measurement: string): string {
  return `SELECT last("value") FROM "raw"."${measurement}" WHERE ${ofStream} GROUP BY "channel"`;
}

/** Tells the time of one query's rows from the other's. */
function named(refId: string, time: string): DataTransformerConfig {
  const filter = { id: 'byRefId', options: refId };
  return { id: 'organize', filter, options: { excludeByName: { last: true }, renameByName: { Time: time } } };
}

function models(): Table {
  const query =
    'SELECT count("value") AS "windows", percentile("value", 50) AS "median", percentile("value", 99) AS "p99", first("windowStartMs") AS "first", last("windowStartMs") AS "newest" ' +
    `FROM "raw"."score" WHERE ${ofStream} GROUP BY "model"`;
  return quietTable('Models', 'Models that scored windows in the chosen time, and the scores that they gave.')
    .withTarget(table('A', query))
    .transformations(
      columns({
        model: 'Model',
        windows: 'Windows',
        median: 'Median score',
        p99: '99 % below',
        first: 'From',
        newest: 'Until',
      }),
    )
    .overrideByRegexp('^(Median score|99 % below)$', [{ id: 'decimals', value: 2 }])
    .overrideByRegexp('^(From|Until)$', [{ id: 'unit', value: 'dateTimeAsIso' }]);
}
