import type { DataFrame } from '@grafana/data';
import type { InfluxTarget } from '../../../dashboards/grafana/influx-query.ts';
import type { TimeRange } from '../../../pipelines/ports.ts';
import type { InfluxServer, ResultSeries } from '../../../services/adapters/influx/influx-server.ts';
import { grafana } from './grafana-data.ts';

/** What a dashboard puts into a query: the time that it shows, and its variables. */
export interface Shown {
  readonly range: TimeRange;
  readonly intervalMs: number;
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * A query as Grafana's data source sends it: variables escaped for the regular expressions that they stand in; `.*` is what
 * ours have for all.
 */
export function interpolate(query: string, { range, intervalMs, variables }: Shown): string {
  return Object.entries(variables)
    .reduce(
      (text, [name, value]) => text.replaceAll(`$${name}$`, `${value === '.*' ? value : grafana.escapeRegex(value)}$`),
      query,
    )
    .replaceAll('$timeFilter', `time >= ${range.fromMs}ms and time <= ${range.toMs}ms`)
    .replaceAll('${__from}', String(range.fromMs))
    .replaceAll('${__to}', String(range.toMs))
    .replaceAll('$__interval_ms', String(intervalMs))
    .replaceAll('$__interval', `${intervalMs}ms`);
}

/**
 * What Grafana's data source makes of the answer: a frame of `Time` and `Value` for each series and column, or one table
 * of `Time`, tags and columns.
 */
export async function queryFrames(server: InfluxServer, target: InfluxTarget, shown: Shown): Promise<DataFrame[]> {
  const [series] = await server.query(interpolate(target.query, shown));
  if (series!.length === 0) return [];
  return target.resultFormat === 'table'
    ? [tableFrame(target, series!)]
    : series!.flatMap((one) => valueFrames(target, one));
}

function tableFrame({ refId }: InfluxTarget, series: readonly ResultSeries[]): DataFrame {
  const [{ columns, tags = {}, name }] = series as [ResultSeries];
  const rows = series.flatMap(({ values, tags: of }) => values.map((row) => ({ row, of })));
  const fields = [
    { name: 'Time', type: grafana.FieldType.time, values: rows.map(({ row }) => (row[0] as number) / 1000) },
    ...Object.keys(tags).map((tag) =>
      field(
        tag,
        rows.map(({ of }) => of![tag]),
      ),
    ),
    ...columns.slice(1).map((column, index) =>
      field(
        column,
        rows.map(({ row }) => row[index + 1]),
      ),
    ),
  ];
  return grafana.createDataFrame({ refId, name: name!, fields });
}

function valueFrames({ refId, alias = '' }: InfluxTarget, { columns, tags = {}, values }: ResultSeries): DataFrame[] {
  const time = { name: 'Time', type: grafana.FieldType.time, values: values.map(([at]) => (at as number) / 1000) };
  return columns.slice(1).map((column, index) => {
    const name = alias.replaceAll(/\$(?:tag_(\w+)|col)/g, (_, tag?: string) => (tag ? tags[tag]! : column));
    const value = field(
      'Value',
      values.map((row) => row[index + 1]),
    );
    return grafana.createDataFrame({
      refId,
      name,
      fields: [time, { ...value, labels: tags, config: { displayNameFromDS: name } }],
    });
  });
}

function field(name: string, values: readonly unknown[]) {
  const isText = typeof values.find((value) => value !== null) === 'string';
  const type = isText ? grafana.FieldType.string : grafana.FieldType.number;
  return { name, type, values: [...values], config: { displayNameFromDS: name } };
}
