import { describeValue } from './describe-value.ts';
import { eventTimeBound, parseEventTime } from './event-time.ts';
import { jsonItems } from './json-items.ts';
import { jsonForms, ownJsonForm, type JsonContext, type JsonForm } from './json-mapping.ts';
import { sampleJson } from './sample-json.ts';
import { missingField, refuseChannel, type Refusal } from './refusal.ts';
import { SampleCollector } from './sample-collector.ts';
import type { DeadLetter, SourceSamples } from './source-samples.ts';

/** What a document held: the good samples in its order, and what was not one. */
export interface DecodedJson {
  readonly samples: SourceSamples;
  readonly rejected: readonly DeadLetter[];
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });
const bareNumber = /NaN|Infinity/;

/**
 * Reads telemetry as JSON; docs/telemetry.md has the format. Whatever the bytes, nothing is thrown: what is no sample
 * becomes a dead letter with its own bytes, and every good sample beside it survives. `context` is for documents of other
 * systems, and for what a message says beside its document.
 */
export function decodeJsonTelemetry(
  bytes: Uint8Array,
  source: string,
  context: JsonContext = ownJsonForm,
): DecodedJson {
  const collector = new SampleCollector();
  const rejected: DeadLetter[] = [];
  for (const { start, end } of jsonItems(bytes)) {
    const itemBytes = bytes.subarray(start, end);
    const reject = ({ reason, detail }: Refusal, path: string, own?: Uint8Array): void => {
      rejected.push({ source, reason, detail, position: `byte ${start}${path}`, bytes: own ?? itemBytes.slice() });
    };
    readItem(itemBytes, context, collector, reject);
  }
  return { samples: collector.finish(), rejected };
}

/** One JSON line a sample, in order; decodeJsonTelemetry gives them back bit for bit. What is not finite is refused there. */
export function encodeJsonTelemetry(samples: SourceSamples): Uint8Array<ArrayBuffer> {
  const { channelIds, channel, eventTimeMs, value } = samples;
  let text = '';
  for (let i = 0; i < channel.length; i++)
    text += `${sampleJson(channelIds[channel[i]!]!, eventTimeMs[i], value[i])}\n`;
  return encoder.encode(text);
}

type Reject = (refusal: Refusal, path: string, own?: Uint8Array) => void;

function readItem(bytes: Uint8Array, context: JsonContext, collector: SampleCollector, reject: Reject): void {
  const item = parseItem(bytes);
  if (item instanceof Error) return reject({ reason: 'undecodable', detail: item.message }, '');
  if (typeof item !== 'object' || item === null || Array.isArray(item))
    return reject({ reason: 'undecodable', detail: `item is ${describeValue(item)}, must be an object` }, '');
  const forms = jsonForms(item, context);
  if (forms.length === 0) return reject(missingField('every field of a channel', 'there for one at least'), '');
  for (const form of forms) readForm(form, collector, reject);
}

function readForm({ channel, time, times, value, values }: JsonForm, collector: SampleCollector, reject: Reject): void {
  const refusal = refuseChannel(channel, collector);
  if (refusal) return reject(refusal, '');
  const channelId = channel as string;
  if (times === undefined && values === undefined) {
    const refused = addSample(collector, channelId, time, value);
    if (refused) reject(refused, '');
  } else readColumns(collector, channelId, times, values, reject);
}

function readColumns(
  collector: SampleCollector,
  channelId: string,
  times: unknown,
  values: unknown,
  reject: Reject,
): void {
  const refusal = refuseColumns(times, values);
  if (refusal) return reject(refusal, '');
  (times as unknown[]).forEach((time, i) => {
    const value = (values as unknown[])[i];
    const refused = addSample(collector, channelId, time, value);
    if (refused) reject(refused, `, index ${i}`, encoder.encode(ownJson(channelId, time, value)));
  });
}

/** Adds a good sample; says why where it is none. */
function addSample(collector: SampleCollector, channelId: string, time: unknown, value: unknown): Refusal | null {
  if (time === undefined) return missingField('time', eventTimeBound);
  if (value === undefined) return missingField('value', 'a finite number');
  const timeMs = parseEventTime(time);
  if (!Number.isFinite(timeMs)) {
    const reason = typeof time === 'number' ? 'not-a-number' : 'undecodable';
    return { reason, detail: `time is ${describeValue(time)}, must be ${eventTimeBound}` };
  }
  if (typeof value !== 'number' || !Number.isFinite(value))
    return { reason: 'not-a-number', detail: `value is ${describeValue(value)}, must be a finite number` };
  collector.add(channelId, timeMs, value);
  return null;
}

function refuseColumns(times: unknown, values: unknown): Refusal | null {
  if (times === undefined) return missingField('times', 'a list of times');
  if (values === undefined) return missingField('values', 'a list of numbers');
  if (!Array.isArray(times))
    return { reason: 'undecodable', detail: `times is ${describeValue(times)}, must be a list of times` };
  if (!Array.isArray(values) || values.length !== times.length)
    return { reason: 'undecodable', detail: `values is ${describeValue(values)}, must be a list of ${times.length}` };
  return null;
}

/** The parsed item, or the error that says why it cannot be parsed. */
function parseItem(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    return new Error('item is not UTF-8');
  }
  try {
    return JSON.parse(bareNumber.test(text) ? quoteBareNumbers(text) : text);
  } catch (error) {
    return new Error(`item is not JSON: ${(error as Error).message}`);
  }
}

/** NaN and Infinity are not JSON, but Python's json module writes them: as texts they cost no more than their own sample. */
function quoteBareNumbers(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (token) =>
    token[0] === '"' ? token : `"${token}"`,
  );
}

/** The JSON form of one sample of a columnar item; in words where it is nested too deep to be written. */
function ownJson(channelId: string, time: unknown, value: unknown): string {
  try {
    return sampleJson(channelId, time, value);
  } catch {
    return sampleJson(channelId, describeValue(time), describeValue(value));
  }
}
