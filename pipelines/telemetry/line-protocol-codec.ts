import { channelTemplate, type ChannelTemplate } from './channel-template.ts';
import { describeValue } from './describe-value.ts';
import { eventTimeBound, parseEventTime } from './event-time.ts';
import { readLineProtocol, type LineField, type LineItem, type ProtocolLine } from './line-protocol-reader.ts';
import { lineTimeMs, lineTimestamp, unitsMs, type LinePrecision } from './line-protocol-time.ts';
import { missingField, refuseChannel, type Refusal } from './refusal.ts';
import { SampleCollector } from './sample-collector.ts';
import type { DeadLetter, SourceSamples } from './source-samples.ts';

/** What of a line is the channel, its value and its time. */
export interface LineProtocolMapping {
  /** The tag, or the text field, that names the channel. */
  readonly channelTag: string;
  /** Of a line with that tag the field that holds the channel's value; any other field F is the channel `CHANNEL.F`. */
  readonly valueField: string;
  /** The channel of a field where its line has no such tag: `{measurement}`, `{field}`, and `{tag.NAME}` for a tag's value. */
  readonly channel: string;
  /** The field that holds the event time, in the timestamp's unit or in ISO 8601; null: the line's timestamp. */
  readonly timeField: string | null;
}

/** How a document is to be read. */
export interface LineProtocolOptions {
  readonly mapping: LineProtocolMapping;
  readonly precision: LinePrecision;
  /** The event time of lines that have none; null refuses them. */
  readonly defaultTimeMs: number | null;
}

/** What encodeLineProtocol writes is read by it. */
export const defaultLineProtocolMapping: LineProtocolMapping = {
  channelTag: 'channel',
  valueField: 'value',
  channel: '{measurement}.{field}',
  timeField: null,
};

/** What a document held: the good samples in its order, and what was not one. */
export interface DecodedLines {
  readonly samples: SourceSamples;
  readonly rejected: readonly DeadLetter[];
}

const encoder = new TextEncoder();
/** What a tag's value cannot hold, or not at its end. */
const beyondTag = /[\r\n]|\\$|^$/;

/** Reads telemetry in InfluxDB line protocol in one way; see {@link decodeLineProtocol}. */
export function lineProtocolDecoder(
  mapping: LineProtocolMapping,
): (bytes: Uint8Array, source: string, options: Omit<LineProtocolOptions, 'mapping'>) => DecodedLines {
  const template = channelTemplate(mapping.channel);
  return (bytes, source, options) => {
    const decoding = new LineDecoding(source, bytes, template, { mapping, ...options });
    for (const item of readLineProtocol(bytes)) decoding.take(item);
    return decoding.finish();
  };
}

/**
 * Reads telemetry in InfluxDB line protocol; docs/telemetry.md says which field becomes which channel. Whatever the bytes,
 * nothing is thrown: what is no sample becomes a dead letter with its line, and every good sample beside it survives.
 */
export function decodeLineProtocol(bytes: Uint8Array, source: string, options: LineProtocolOptions): DecodedLines {
  return lineProtocolDecoder(options.mapping)(bytes, source, options);
}

/**
 * One line a sample, in order; decodeLineProtocol gives them back bit for bit. What is not finite is refused there.
 *
 * Errors: CUPOLA_RECORD_UNENCODABLE for an event time that is no whole number of the precision's unit.
 */
export function encodeLineProtocol(samples: SourceSamples, precision: LinePrecision): Uint8Array<ArrayBuffer> {
  const { channelIds, channel, eventTimeMs, value } = samples;
  const series = channelIds.map(seriesOf);
  let text = '';
  for (let i = 0; i < channel.length; i++)
    text += `${series[channel[i]!]}value=${numberText(value[i]!)} ${lineTimestamp(eventTimeMs[i]!, precision)}\n`;
  return encoder.encode(text);
}

/** The line up to its value. A channel that no tag can hold stands in a text field. */
function seriesOf(channelId: string): string {
  if (!beyondTag.test(channelId)) return `telemetry,channel=${channelId.replace(/[,= ]/g, '\\$&')} `;
  return `telemetry channel="${channelId.replace(/["\\]/g, '\\$&')}",`;
}

function numberText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

/** A document while it is decoded. */
class LineDecoding {
  readonly #source: string;
  readonly #bytes: Uint8Array;
  readonly #template: ChannelTemplate;
  readonly #options: LineProtocolOptions;
  readonly #collector = new SampleCollector();
  readonly #rejected: DeadLetter[] = [];

  constructor(source: string, bytes: Uint8Array, template: ChannelTemplate, options: LineProtocolOptions) {
    this.#source = source;
    this.#bytes = bytes;
    this.#template = template;
    this.#options = options;
  }

  take(item: LineItem): void {
    const { content } = item;
    if ('refusal' in content) return this.#reject(item, { reason: 'undecodable', detail: content.refusal });
    const timeMs = this.#timeMs(content);
    if (typeof timeMs !== 'number') return this.#reject(item, timeMs);
    const channelId = this.#channelOf(content);
    for (const field of content.fields) {
      if (this.#isNoValue(field, channelId)) continue;
      const refusal = this.#addSample(content, channelId, field, timeMs);
      if (refusal) this.#reject(item, refusal, field.key);
    }
  }

  finish(): DecodedLines {
    return { samples: this.#collector.finish(), rejected: this.#rejected };
  }

  #reject({ lineNumber, start, end }: LineItem, { reason, detail }: Refusal, field?: string): void {
    const position = `line ${lineNumber}${field === undefined ? '' : `, field ${field}`}`;
    this.#rejected.push({ source: this.#source, reason, detail, position, bytes: this.#bytes.slice(start, end) });
  }

  #timeMs({ fields, timestamp }: ProtocolLine): number | Refusal {
    const { mapping, precision, defaultTimeMs } = this.#options;
    if (mapping.timeField !== null) {
      const value = fields.find(({ key }) => key === mapping.timeField)?.value;
      return timeOf(mapping.timeField, value, precision);
    }
    if (timestamp === null) return defaultTimeMs ?? missingField('timestamp', `a time in ${precision}`);
    const timeMs = lineTimeMs(timestamp, precision);
    if (!Number.isNaN(timeMs)) return timeMs;
    return { reason: 'undecodable', detail: `timestamp is ${timestamp}, must be a time in ${precision}` };
  }

  /** The channel that the line itself names; null where it names none. */
  #channelOf({ tags, fields }: ProtocolLine): string | null {
    const { channelTag } = this.#options.mapping;
    const tag = tags.get(channelTag);
    if (tag !== undefined) return tag;
    const value = fields.find(({ key }) => key === channelTag)?.value;
    return typeof value === 'string' ? value : null;
  }

  /** Whether a field says when or of which channel, rather than what. */
  #isNoValue({ key, value }: LineField, channelId: string | null): boolean {
    const { timeField, channelTag } = this.#options.mapping;
    return key === timeField || (key === channelTag && value === channelId);
  }

  /** Adds a good sample; says why where it is none. */
  #addSample(line: ProtocolLine, named: string | null, { key, value }: LineField, timeMs: number): Refusal | null {
    if (typeof value === 'string') return notANumber(key, describeValue(value));
    if (typeof value !== 'number') return { ...notANumber(key, value.written), reason: value.reason };
    const filled = named === null ? this.#template.fill((name) => partOf(line, key, name)) : this.#own(named, key);
    if ('missing' in filled) return missingField(filled.missing, 'there, as the channel is named after it');
    const refusal = refuseChannel(filled.id, this.#collector);
    if (!refusal) this.#collector.add(filled.id, timeMs, value);
    return refusal;
  }

  #own(channelId: string, field: string): { readonly id: string } {
    return { id: field === this.#options.mapping.valueField ? channelId : `${channelId}.${field}` };
  }
}

function partOf({ measurement, tags }: ProtocolLine, field: string, name: string): string | undefined {
  if (name === 'measurement') return measurement;
  if (name === 'field') return field;
  return name.startsWith('tag.') ? tags.get(name.slice('tag.'.length)) : undefined;
}

function timeOf(field: string, value: LineField['value'] | undefined, precision: LinePrecision): number | Refusal {
  if (value === undefined) return missingField(`field ${field}`, eventTimeBound);
  const timeMs = typeof value === 'number' ? unitsMs(value, precision) : parseEventTime(value);
  if (!Number.isNaN(timeMs)) return timeMs;
  const written = typeof value === 'object' ? value.written : describeValue(value);
  return { reason: 'undecodable', detail: `field ${field} is ${written}, must be a time in ${precision} or ISO 8601` };
}

function notANumber(key: string, written: string): Refusal {
  return { reason: 'not-a-number', detail: `field ${key} is ${written}, must be a finite number, true or false` };
}
