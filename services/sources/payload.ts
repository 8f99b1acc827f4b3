import { decodeJsonTelemetry } from '../../pipelines/telemetry/json-codec.ts';
import type { JsonMapping } from '../../pipelines/telemetry/json-mapping.ts';
import { lineProtocolDecoder, type LineProtocolMapping } from '../../pipelines/telemetry/line-protocol-codec.ts';
import type { LinePrecision } from '../../pipelines/telemetry/line-protocol-time.ts';
import { describeValue } from '../../pipelines/telemetry/describe-value.ts';
import { missingField } from '../../pipelines/telemetry/refusal.ts';
import type { SourceSamples } from '../../pipelines/telemetry/source-samples.ts';
import type { Arrival } from './arrival-queue.ts';

/** How the bytes of a message are to be read. */
export type PayloadFormat =
  /** JSON in the form of docs/telemetry.md, or in another system's where there is a mapping. */
  | { readonly payload: 'json'; readonly json: JsonMapping | null }
  /** One number in decimal digits: a value of the message's channel, now. */
  | { readonly payload: 'number' }
  | {
      readonly payload: 'line-protocol';
      readonly lineProtocol: LineProtocolMapping;
      readonly precision: LinePrecision;
    };

/** What is known of a message besides its bytes. */
export interface MessageContext {
  readonly source: string;
  /** null where each sample names its own. */
  readonly channelId: string | null;
  /** When it came: the event time of samples that have none. */
  readonly arrivedAtMs: number;
}

export type PayloadDecoder = (bytes: Uint8Array, context: MessageContext) => Arrival;

/** How messages of a format become samples. Whatever the bytes, nothing is thrown. */
export function payloadDecoder(format: PayloadFormat): PayloadDecoder {
  switch (format.payload) {
    case 'json':
      return (bytes, { source, channelId, arrivedAtMs }) =>
        decodeJsonTelemetry(bytes, source, { mapping: format.json, channelId, defaultTimeMs: arrivedAtMs });
    case 'number':
      return decodeNumber;
    case 'line-protocol': {
      const decode = lineProtocolDecoder(format.lineProtocol);
      const { precision } = format;
      return (bytes, { source, arrivedAtMs }) => decode(bytes, source, { precision, defaultTimeMs: arrivedAtMs });
    }
  }
}

const noSamples: SourceSamples = {
  channelIds: [],
  channel: new Uint16Array(),
  eventTimeMs: new Float64Array(),
  value: new Float64Array(),
};
const decimal = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/;

function decodeNumber(bytes: Uint8Array, { source, channelId, arrivedAtMs }: MessageContext): Arrival {
  if (channelId === null) {
    const { reason, detail } = missingField('channel', 'said by where the message comes from');
    return { samples: noSamples, rejected: [{ source, reason, detail, position: 'byte 0', bytes: bytes.slice() }] };
  }
  const text = new TextDecoder().decode(bytes).trim();
  const value = decimal.test(text) ? Number(text) : Number.NaN;
  if (Number.isFinite(value)) {
    const columns = { eventTimeMs: Float64Array.of(arrivedAtMs), value: Float64Array.of(value) };
    return { samples: { channelIds: [channelId], channel: Uint16Array.of(0), ...columns }, rejected: [] };
  }
  const detail = `payload is ${describeValue(text)}, must be a finite number`;
  return {
    samples: noSamples,
    rejected: [{ source, reason: 'not-a-number', detail, position: 'byte 0', bytes: bytes.slice() }],
  };
}
