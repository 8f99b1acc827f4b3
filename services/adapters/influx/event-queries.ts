import { decodeAnomalyEvent } from '../../../pipelines/json-records.ts';
import type { AnomalyEvent } from '../../../pipelines/alarms/anomaly-event.ts';
import type { TimeRange } from '../../../pipelines/ports.ts';
import { decodeScoreEvents } from '../../../pipelines/scoring/score-codec.ts';
import type { ScoreEvent } from '../../../pipelines/scoring/score-event.ts';
import { longestWindowMs, span, type Definitions, type KeptEvent } from '../history/event-span.ts';
import { from, identifier, literal, policies, timeLiteral } from './influx-names.ts';
import type { InfluxServer, ResultSeries } from './influx-server.ts';

/** Score events that meet a range, ascending by where they end, gaps by where they begin; the newest `limit`. */
export async function readScoreEvents(
  server: InfluxServer,
  stream: string,
  definitions: Definitions,
  range: TimeRange,
  limit: number,
): Promise<KeptEvent[]> {
  const { fromMs, toMs } = range;
  const windowEnds = { fromMs: fromMs + 0.001, toMs: toMs + longestWindowMs(definitions) };
  const newest = (measurements: string, conditions: readonly string[]): string =>
    `SELECT "event" FROM ${measurements}${where([`"stream" = ${literal(stream)}`, ...conditions])} ` +
    `ORDER BY time DESC LIMIT ${limit}`;
  const results = await server.query(
    newest(from(policies.raw, 'score'), [...within(windowEnds), ...below('windowStartMs', toMs)]),
    newest(from(policies.raw, 'stale', 'resumed', 'warm_up'), within(range)),
    newest(from(policies.raw, 'gap'), [...within({ fromMs: -Infinity, toMs }), ...endAfter(fromMs, definitions)]),
  );
  const events = results.flatMap((series) => column(series, 'event').reverse().map(decodeEvent));
  return events
    .map((event) => ({ event, untilMs: event.type === 'gap' ? span(event).fromMs : span(event).toMs }))
    .sort((a, b) => a.untilMs - b.untilMs)
    .slice(-limit)
    .map(({ event }) => event);
}

/** Scored windows of one version that were written so far. */
export async function readScores(server: InfluxServer, stream: string, version: number): Promise<ScoreEvent[]> {
  const conditions = where([`"stream" = ${literal(stream)}`, `"version" = '${version}'`]);
  const [series] = await server.query(`SELECT "event" FROM ${from(policies.raw, 'score')}${conditions}`);
  return column(series!, 'event').map(decodeEvent);
}

/** The newest state of each anomaly that meets the range, ascending; of all streams where `stream` is null. */
export async function readAnomalies(
  server: InfluxServer,
  stream: string | null,
  { fromMs, toMs }: TimeRange,
  limit: number,
): Promise<AnomalyEvent[]> {
  const conditions = [
    ...(stream === null ? [] : [`"stream" = ${literal(stream)}`]),
    ...within({ fromMs: -Infinity, toMs }),
    ...(fromMs === -Infinity ? [] : [`"endMs" > ${fromMs}`]),
  ];
  const [series] = await server.query(
    `SELECT "event" FROM ${from(policies.raw, 'anomaly')}${where(conditions)} ORDER BY time DESC LIMIT ${limit}`,
  );
  return column(series!, 'event')
    .map((event) => decodeAnomalyEvent(Buffer.from(event)))
    .sort((a, b) => a.startMs - b.startMs || (a.id < b.id ? -1 : 1));
}

/**
 * Deletes events and anomalies that are wholly before a time. InfluxDB deletes by tags and time alone: what ends at a time
 * of its own (gaps, anomalies) is looked up first.
 */
export async function forgetEvents(
  server: InfluxServer,
  beforeMs: number,
  definitionsOf: ReadonlyMap<string, Definitions>,
): Promise<void> {
  const upTo = (measurement: string, toMs: number): string =>
    `DELETE FROM ${identifier(measurement)}${where(within({ fromMs: -Infinity, toMs }))}`;
  // These stand at window ends, which are exclusive, and at instants, which last a millisecond.
  const wholly = [
    ...['score', 'contribution'].map((each) => upTo(each, beforeMs + 0.001)),
    ...['stale', 'resumed', 'warm_up'].map((each) => upTo(each, beforeMs)),
  ];
  const ended = where([...within({ fromMs: -Infinity, toMs: beforeMs }), `"endMs" <= ${beforeMs}`]);
  const [anomalies] = await server.query(
    `SELECT "endMs" FROM ${from(policies.raw, 'anomaly')}${ended} GROUP BY "stream"`,
  );
  const [gaps] = await server.query(
    `SELECT "event" FROM ${from(policies.raw, 'gap')}` +
      `${where(within({ fromMs: -Infinity, toMs: beforeMs }))} GROUP BY "stream", "version"`,
  );
  const isOver = ([, event]: readonly unknown[]): boolean => {
    const gap = decodeEvent(event as string);
    return span(gap, definitionsOf.get(gap.stream)).toMs <= beforeMs;
  };
  const deletions = [
    ...wholly,
    ...deletionsOf('anomaly', anomalies!, () => true),
    ...deletionsOf('gap', gaps!, isOver),
  ];
  for (let i = 0; i < deletions.length; i += 100) await server.query(...deletions.slice(i, i + 100));
}

/** Point by point, by the tags that its series is grouped by. */
function deletionsOf(
  measurement: string,
  series: readonly ResultSeries[],
  isOver: (row: readonly unknown[]) => boolean,
): string[] {
  return series.flatMap(({ tags, values }) => {
    const of = Object.entries(tags!).map(([key, value]) => `${identifier(key)} = ${literal(value)}`);
    return values
      .filter(isOver)
      .map(([time]) => `DELETE FROM ${identifier(measurement)}${where([...of, `time = ${time as number}u`])}`);
  });
}

/**
 * Of gaps, whose end follows from a definition that may come after them: start + (windows - 1) x stride + window length, or
 * a millisecond where the definition is not known.
 */
function endAfter(timeMs: number, definitions: Definitions): string[] {
  if (timeMs === -Infinity) return [];
  const known = [...definitions.values()].map(
    ({ version, strideMs, windowLengthMs }) =>
      `("version" = '${version}' AND "startMs" + "value" * ${strideMs} > ${timeMs + strideMs - windowLengthMs})`,
  );
  const unknown = [...definitions.keys()].map((version) => `"version" != '${version}'`);
  const instant = [...unknown, `"startMs" > ${timeMs - 1}`].join(' AND ');
  return [`(${[...known, `(${instant})`].join(' OR ')})`];
}

/** ` WHERE a AND b`; nothing where there is no condition. */
export function where(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
}

/** Conditions of a half-open range; none for an end that is not finite. */
export function within({ fromMs, toMs }: TimeRange): string[] {
  return [
    ...(Number.isFinite(fromMs) ? [`time >= ${timeLiteral(fromMs)}`] : []),
    ...(Number.isFinite(toMs) ? [`time < ${timeLiteral(toMs)}`] : []),
  ];
}

function below(field: string, boundMs: number): string[] {
  return Number.isFinite(boundMs) ? [`${identifier(field)} < ${boundMs}`] : [];
}

/** A column of texts, of all series together. */
function column(series: readonly ResultSeries[], name: string): string[] {
  return series.flatMap(({ columns, values }) => {
    const at = columns.indexOf(name);
    return values.map((row) => row[at] as string);
  });
}

function decodeEvent(base64: string): KeptEvent {
  const [event] = decodeScoreEvents(Buffer.from(base64, 'base64'));
  return event as KeptEvent;
}
