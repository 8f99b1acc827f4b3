import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';

/** The data source that deploy/grafana provisions. */
export const dataSource = { type: 'influxdb', uid: 'cupola-influxdb' } as const;

/** A query in InfluxQL, as Grafana's data source for InfluxDB keeps it. */
export interface InfluxTarget {
  readonly refId: string;
  readonly datasource: typeof dataSource;
  readonly query: string;
  readonly rawQuery: true;
  /** A frame for every series and column; or one table, with time, tags and columns as its fields. */
  readonly resultFormat: 'time_series' | 'table';
  /** What a frame is called; `$tag_stream` is its stream, `$col` its column. */
  readonly alias?: string;
}

/** What restricts a query to what the dashboard shows, in the order in which InfluxDB reads it best. */
export const ofStream = '"stream" =~ /^$stream$/ AND $timeFilter';

/** A query whose answer is drawn over time; frames are named `alias`. */
export function timeSeries(refId: string, query: string, alias: string): Builder<Dataquery> {
  return builderOf({ refId, datasource: dataSource, query, rawQuery: true, resultFormat: 'time_series', alias });
}

/** A query whose answer is a table. */
export function table(refId: string, query: string): Builder<Dataquery> {
  return builderOf({ refId, datasource: dataSource, query, rawQuery: true, resultFormat: 'table' });
}

/** The SDK has no builder for InfluxDB's queries; to it they are whatever a builder returns. */
function builderOf(target: InfluxTarget): Builder<Dataquery> {
  return { build: () => target as unknown as Dataquery };
}
