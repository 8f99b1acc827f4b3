import { z } from 'zod';
import { defaultLineProtocolMapping as mapping } from '../../pipelines/telemetry/line-protocol-codec.ts';
import { durationMs, field, hourMs, secondMs, text } from './config-field.ts';

/** Sources of telemetry that comes by itself, as it is measured: sections of cupola.yaml. */

const megabyte = 1_000_000;

function name(preset: string): z.ZodDefault<z.ZodString> {
  return field(text.max(100).default(preset), 'Name of the source, by which streams are defined for it.', 'gateway');
}

const tickIntervalMs = field(
  durationMs(100, hourMs).default(secondMs),
  'Time between ticks, by which silence is noticed.',
  secondMs,
);

const maxPendingBytes = field(
  z
    .int()
    .min(1000)
    .default(64 * megabyte),
  'Telemetry that may wait for the log; beyond that its sender has to wait.',
  16 * megabyte,
);

const lineProtocolMappingSchema = z.strictObject({
  channelTag: field(text.default(mapping.channelTag), 'The tag, or text field, that names the channel.', 'sensor'),
  valueField: field(
    text.default(mapping.valueField),
    "Of lines with that tag the field of the channel's own value; any other field F is the channel CHANNEL.F.",
    'v',
  ),
  channel: field(
    text.default(mapping.channel),
    'The channel of a field where its line has no such tag: {measurement}, {field} and {tag.NAME} stand for what the line has.',
    '{tag.host}.{measurement}.{field}',
  ),
  timeField: field(
    text.nullable().default(mapping.timeField),
    "The field that holds the event time; null: the line's own timestamp.",
    'measured_at',
  ),
});

const lineProtocolHttpSchema = z.strictObject({
  type: field(
    z.literal('line-protocol-http'),
    "InfluxDB line protocol, sent here by Telegraf or any client of InfluxDB's write API.",
    'line-protocol-http',
  ),
  name: name('line-protocol-http'),
  host: field(text.max(253).default('127.0.0.1'), 'Address to listen on.', '0.0.0.0'),
  port: field(z.int().min(0).max(65_535).default(8186), 'Port to listen on; 0 takes a free one.', 8186),
  mapping: lineProtocolMappingSchema.prefault({}),
  tokenFile: field(
    text.optional(),
    'File with the token (or password) that senders must give; without one everybody is let in.',
    '/run/secrets/telemetry-token',
  ),
  tickIntervalMs,
  maxBodyBytes: field(
    z
      .int()
      .min(1000)
      .default(25 * megabyte),
    'Size of a request, decompressed; larger ones are refused.',
    megabyte,
  ),
  maxPendingBytes,
});

/** Every kind of live source. */
export const liveSourceSchemas = [lineProtocolHttpSchema] as const;

export type LiveSourceConfig = z.output<(typeof liveSourceSchemas)[number]>;
