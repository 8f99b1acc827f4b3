import { z } from 'zod';
import { defaultLineProtocolMapping as mapping } from '../../pipelines/telemetry/line-protocol-codec.ts';
import { linePrecisions } from '../../pipelines/telemetry/line-protocol-time.ts';
import { channelTemplate } from '../../pipelines/telemetry/channel-template.ts';
import type { PayloadFormat } from '../sources/payload.ts';
import { field, text } from './config-field.ts';

/** How messages of other systems are to be read: parts of sources in cupola.yaml. */

export const lineProtocolMappingSchema = z.strictObject({
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

const jsonMappingSchema = z.strictObject({
  channel: field(text.default('channel'), 'Path of the field that names the channel.', 'sensor.id'),
  time: field(text.default('time'), 'Path of the event time: a number, or ISO 8601 with a zone.', 'header.timestamp'),
  timeUnit: field(z.enum(linePrecisions).default('ms'), 'Unit of times that are numbers, since the epoch.', 's'),
  value: field(text.default('value'), 'Path of the value.', 'reading.value'),
  channels: field(
    z.record(z.string(), text.max(200)).default({}),
    'Fields that are channels of their own, by path; then channel and value say nothing.',
    { 'cabin.temperature': 'NODE3000001', 'cabin.pressure': 'USLAB000058' },
  ),
});

/** The fields by which a source says what its messages are. */
export const payloadFields = {
  payload: field(
    z.enum(['json', 'number', 'line-protocol']).default('json'),
    'What a message is: JSON, one number in digits, or InfluxDB line protocol (docs/telemetry.md).',
    'number',
  ),
  json: jsonMappingSchema.optional(),
  lineProtocol: lineProtocolMappingSchema.optional(),
  precision: field(z.enum(linePrecisions).default('ns'), 'Unit of the timestamps in line protocol.', 'ms'),
};

const payloadSchema = z.object(payloadFields);

/** The format that a source's fields say. */
export function payloadFormat(fields: z.output<typeof payloadSchema>): PayloadFormat {
  const { payload, json = null, lineProtocol = mapping, precision } = fields;
  if (payload === 'number') return { payload };
  return payload === 'json' ? { payload, json } : { payload, lineProtocol, precision };
}

/** Names in a template of channels that stand for nothing. */
export function unknownNames(template: string, known: readonly string[]): string[] {
  return channelTemplate(template).names.filter((name) => !known.includes(name));
}
