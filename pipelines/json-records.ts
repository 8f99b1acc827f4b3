/**
 * The JSON form of records that are rare: settings, commands, definitions, anomaly events, truth and dead letters.
 * Telemetry and scores are binary; see telemetry/binary-codec.ts and scoring/score-codec.ts.
 *
 * Every encoder throws CUPOLA_RECORD_UNENCODABLE for what its decoder would refuse, and every decoder throws
 * CUPOLA_RECORD_UNDECODABLE, whatever the bytes; both name field, value and bound, and throw nothing else.
 */
import { z } from 'zod';
import { anomalyEventSchema } from './alarms/anomaly-event.ts';
import { commandSchema, modelSettingSchema, thresholdRecordSchema, verdictSchema } from './commands.ts';
import { CupolaError, type ErrorCode } from './errors.ts';
import { describeValue } from './telemetry/describe-value.ts';
import { deadLetterSchema } from './telemetry/source-samples.ts';
import { streamDefinitionSchema } from './telemetry/stream-definition.ts';
import { faultTruthSchema } from './truth.ts';

/** UTF-8 JSON of one kind of record. */
interface JsonRecordCodec<T> {
  readonly encode: (record: T) => Uint8Array<ArrayBuffer>;
  readonly decode: (bytes: Uint8Array) => T;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

export const { encode: encodeCommand, decode: decodeCommand } = jsonRecordCodec('command', commandSchema);

export const { encode: encodeModelSetting, decode: decodeModelSetting } = jsonRecordCodec(
  'model setting',
  modelSettingSchema,
);

export const { encode: encodeThresholdRecord, decode: decodeThresholdRecord } = jsonRecordCodec(
  'threshold record',
  thresholdRecordSchema,
);

export const { encode: encodeVerdict, decode: decodeVerdict } = jsonRecordCodec('verdict', verdictSchema);

export const { encode: encodeStreamDefinition, decode: decodeStreamDefinition } = jsonRecordCodec(
  'stream definition',
  streamDefinitionSchema,
);

export const { encode: encodeAnomalyEvent, decode: decodeAnomalyEvent } = jsonRecordCodec(
  'anomaly event',
  anomalyEventSchema,
);

export const { encode: encodeFaultTruth, decode: decodeFaultTruth } = jsonRecordCodec('fault truth', faultTruthSchema);

/** A dead letter's own bytes stand in the JSON as base64, and come back byte for byte. */
export const { encode: encodeDeadLetter, decode: decodeDeadLetter } = jsonRecordCodec('dead letter', deadLetterSchema);

function jsonRecordCodec<T>(kind: string, schema: z.ZodType<T>): JsonRecordCodec<T> {
  return {
    encode: (record) => {
      const encoded = z.safeEncode(schema, record);
      if (!encoded.success) return refuse('CUPOLA_RECORD_UNENCODABLE', kind, encoded.error, record);
      return encoder.encode(JSON.stringify(encoded.data));
    },
    decode: (bytes) => {
      const json = parseJson(kind, bytes);
      const decoded = schema.safeParse(json);
      return decoded.success ? decoded.data : refuse('CUPOLA_RECORD_UNDECODABLE', kind, decoded.error, json);
    },
  };
}

function parseJson(kind: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch (cause) {
    const bound = 'JSON in UTF-8';
    throw new CupolaError('CUPOLA_RECORD_UNDECODABLE', `${kind}: must be ${bound}: ${String(cause)}`, { bound, cause });
  }
}

/** Throws for the first thing that a schema found wrong. */
function refuse(code: ErrorCode, kind: string, error: z.ZodError, record: unknown): never {
  const issue = error.issues[0]!;
  const path = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0]!] : issue.path;
  const value = path.reduce<unknown>(
    (inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key],
    record,
  );
  const field = path.join('.') || kind;
  throw new CupolaError(code, `${kind}: ${field} is ${describeValue(value)}: ${issue.message}`, {
    field,
    value,
    bound: issue.message,
  });
}
