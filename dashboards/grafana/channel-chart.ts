import type { DynamicConfigValue } from '@grafana/grafana-foundation-sdk/dashboard';
import type { PanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { ofStream, timeSeries } from './influx-query.ts';
import { palette } from './palette.ts';
import { dashed, line, timeChart } from './time-chart.ts';

const ofChannel = `WHERE ${ofStream} AND "channel" =~ /^$channel$/ GROUP BY time($__interval) fill(null)`;
const telemetry = `SELECT mean("value") AS "telemetry", min("value") AS "least", max("value") AS "greatest" FROM "raw"."telemetry" ${ofChannel}`;
const reconstruction = `SELECT mean("value") AS "reconstruction" FROM "raw"."reconstruction" ${ofChannel}`;

/** A channel's telemetry, solid, within its least and greatest values, and what the model made of it, dashed. */
export function channelChart(): PanelBuilder {
  return timeChart(
    '$channel',
    'Telemetry, with the band from its least to its greatest value where there are more samples than pixels; dashed, the reconstruction: what the model expected.',
  )
    .withTarget(timeSeries('A', telemetry, '$col'))
    .withTarget(timeSeries('B', reconstruction, '$col'))
    .overrideByName('telemetry', line(palette.telemetry))
    .overrideByName('reconstruction', line(palette.accent, dashed))
    .overrideByName('least', edge())
    .overrideByName(
      'greatest',
      edge({ id: 'custom.fillBelowTo', value: 'least' }, { id: 'custom.fillOpacity', value: 15 }),
    );
}

/** Of the band: no line, not in the legend. */
function edge(...others: DynamicConfigValue[]): DynamicConfigValue[] {
  const unseen = { legend: true, tooltip: false, viz: false };
  return line(palette.dim, { id: 'custom.lineWidth', value: 0 }, { id: 'custom.hideFrom', value: unseen }, ...others);
}
