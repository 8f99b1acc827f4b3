import type { HistorySeries, TimeRange } from '../../../pipelines/ports.ts';
import type { SampleBatch } from '../../../pipelines/telemetry/sample-batch.ts';
import type { StreamDefinition } from '../../../pipelines/telemetry/stream-definition.ts';
import type { TimedValues } from '../history/decimate.ts';
import { sampleColumns } from '../history/merge-samples.ts';
import { where, within } from './event-queries.ts';
import { from, literal, policies } from './influx-names.ts';
import type { InfluxServer, ResultSeries } from './influx-server.ts';

/** From the first to just after the last sample of a stream; null where it has none. */
export async function readExtent(server: InfluxServer, stream: string): Promise<TimeRange | null> {
  return extentOf(server, 'telemetry', [`"stream" = ${literal(stream)}`]);
}

/** Raw samples of a version, ascending. */
export async function readSamples(
  server: InfluxServer,
  stream: string,
  version: number,
  range: TimeRange,
): Promise<Pick<SampleBatch, 'channel' | 'eventTimeMs' | 'value'>> {
  const conditions = where([`"stream" = ${literal(stream)}`, `"version" = '${version}'`, ...within(range)]);
  const [series] = await server.query(
    `SELECT "value" FROM ${from(policies.raw, 'telemetry')}${conditions} GROUP BY "index", "channel"`,
  );
  const byIndex = Map.groupBy(series!, ({ tags }) => Number(tags!['index']));
  const runs = [...byIndex].map(([channel, parts]) => ({ channel, columns: merged(parts.map(valuesOf)) }));
  return sampleColumns(runs.sort((a, b) => a.channel - b.channel));
}

/** Where telemetry or reconstruction of one channel stands, in every version that has it; null where none has. */
export function channelConditions(
  stream: string,
  definitions: Iterable<StreamDefinition>,
  indexOf: (definition: StreamDefinition) => number,
): string[] | null {
  const places = [...definitions].flatMap((definition) => {
    const index = indexOf(definition);
    return index === -1 ? [] : [`("version" = '${definition.version}' AND "index" = '${index}')`];
  });
  return places.length === 0 ? null : [`"stream" = ${literal(stream)}`, `(${places.join(' OR ')})`];
}

/**
 * A measurement's values, as they are where there are no more than `maxPoints`, else the least and the greatest of each of
 * so many equal parts of the range.
 */
export async function readSeries(
  server: InfluxServer,
  measurement: string,
  of: readonly string[],
  range: TimeRange,
  maxPoints: number,
): Promise<HistorySeries> {
  const conditions = where([...of, ...within(range)]);
  const values = `SELECT "value" FROM ${from(policies.raw, measurement)}${conditions} LIMIT ${maxPoints + 1}`;
  const [few] = await server.query(values);
  if ((few![0]?.values.length ?? 0) > maxPoints) return readParts(server, measurement, of, range, maxPoints);
  const { timeMs, values: value } = merged(few!.map(valuesOf));
  return { timeMs, min: value, max: value };
}

async function readParts(
  server: InfluxServer,
  measurement: string,
  of: readonly string[],
  { fromMs, toMs }: TimeRange,
  maxPoints: number,
): Promise<HistorySeries> {
  const extent = Number.isFinite(fromMs) && Number.isFinite(toMs) ? null : await extentOf(server, measurement, of);
  const startMs = Number.isFinite(fromMs) ? fromMs : (extent?.fromMs ?? 0);
  const endMs = Number.isFinite(toMs) ? toMs : (extent?.toMs ?? startMs);
  const partUs = Math.max(1, Math.ceil(((endMs - startMs) * 1000) / maxPoints));
  const offsetUs = Math.ceil(startMs * 1000) % partUs;
  const conditions = where([...of, ...within({ fromMs: startMs, toMs: endMs })]);
  const [series] = await server.query(
    `SELECT min("value"), max("value") FROM ${from(policies.raw, measurement)}${conditions} ` +
      `GROUP BY time(${partUs}u, ${offsetUs}u) fill(none)`,
  );
  const rows = (series![0]?.values ?? []) as readonly (readonly [number, number, number])[];
  return {
    timeMs: Float64Array.from(rows, ([time]) => time / 1000),
    min: Float64Array.from(rows, ([, min]) => min),
    max: Float64Array.from(rows, ([, , max]) => max),
  };
}

async function extentOf(server: InfluxServer, measurement: string, of: readonly string[]): Promise<TimeRange | null> {
  const source = `${from(policies.raw, measurement)}${where(of)}`;
  const [first, last] = await server.query(
    `SELECT first("value") FROM ${source}`,
    `SELECT last("value") FROM ${source}`,
  );
  if (first!.length === 0 || last!.length === 0) return null;
  return { fromMs: firstTimeMs(first!), toMs: firstTimeMs(last!) + 1 };
}

function firstTimeMs([series]: readonly ResultSeries[]): number {
  return (series!.values[0]![0] as number) / 1000;
}

function valuesOf({ values }: ResultSeries): { timeMs: Float64Array; values: Float64Array } {
  const rows = values as readonly (readonly [number, number])[];
  const columns = { timeMs: new Float64Array(rows.length), values: new Float64Array(rows.length) };
  for (let i = 0; i < rows.length; i++) {
    columns.timeMs[i] = rows[i]![0] / 1000;
    columns.values[i] = rows[i]![1];
  }
  return columns;
}

/** Parts of one series as one that is ascending, the last part's value where a time stands in several. */
function merged(parts: readonly TimedValues[]): { timeMs: Float64Array; values: Float64Array } {
  const byTime = new Map(parts.flatMap(({ timeMs, values }) => Array.from(values, (value, i) => [timeMs[i]!, value])));
  const times = [...byTime.keys()].sort((a, b) => a - b);
  return { timeMs: Float64Array.from(times), values: Float64Array.from(times, (timeMs) => byTime.get(timeMs)!) };
}
