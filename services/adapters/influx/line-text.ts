import type { WritePrecision } from './influx-server.ts';

/**
 * Line protocol, piece by piece: tags, fields, time.
 *
 * Source: https://docs.influxdata.com/influxdb/v1.8/write_protocols/line_protocol_reference
 */

/**
 * `name,key=value,...` of a series. What a tag cannot hold (a backslash before a separator, a line's end) becomes `_`: tags
 * that queries go by hold none.
 */
export function seriesKey(measurement: string, tags: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(tags).map(([key, value]) => `,${key}=${tagText(value)}`);
  return measurement + pairs.join('');
}

function tagText(value: string): string {
  return value.replaceAll(/[\\\n\r]/g, '_').replaceAll(/[,= ]/g, String.raw`\$&`);
}

/** `key=value,...`; numbers that are not finite are left out, since InfluxDB has none. */
export function fieldSet(fields: Readonly<Record<string, number | string | boolean>>): string {
  return Object.entries(fields)
    .filter(([, value]) => typeof value !== 'number' || Number.isFinite(value))
    .map(([key, value]) => `${key}=${fieldText(value)}`)
    .join(',');
}

function fieldText(value: number | string | boolean): string {
  if (typeof value === 'number') return numberText(value);
  return typeof value === 'string' ? `"${value.replaceAll(/[\\"]/g, String.raw`\$&`)}"` : String(value);
}

/** A float, exact to the sign of zero. */
export function numberText(value: number): string {
  return value === 0 && Object.is(value, -0) ? '-0' : String(value);
}

/** Whole units of a precision. */
export function timeText(timeMs: number, precision: WritePrecision): string {
  return String(precision === 'ms' ? timeMs : Math.round(timeMs * 1000));
}
