import { Buffer } from 'node:buffer';
import type { Broker } from './kafkajs-cluster.ts';

/** A request that kafkajs 2.2.4 does not have, in one of Kafka's flexible versions (KIP-482). */
export interface FlexibleRequest<T> {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly apiName: string;
  /** The body after the request's header, to the end, in the order of the protocol. */
  readonly fields: readonly Buffer[];
  /** Makes sense of the answer's body. */
  read(fields: FlexibleFields): T;
}

const noTags = Buffer.from([0]);

/** Asks a broker, over the connections and with the header of kafkajs. */
export function askFlexibly<T>(broker: Broker, request: FlexibleRequest<T>): Promise<T> {
  const { apiKey, apiVersion, apiName } = request;
  const buffer = Buffer.concat([noTags, ...request.fields, noTags]);
  return broker.connectionPool.send({
    request: { apiKey, apiVersion, apiName, encode: async () => ({ buf: buffer, buffer }) },
    response: {
      decode: async (payload) => payload,
      parse: async (payload) => request.read(new FlexibleFields(payload)),
    },
  });
}

export function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

export function int64(value: string): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(value));
  return bytes;
}

export function bool(value: boolean): Buffer {
  return Buffer.from([Number(value)]);
}

export function compactString(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([unsignedVarint(bytes.length + 1), bytes]);
}

/** Entries that are more than a number or a text end with their tags, which the caller adds. */
export function compactArray(entries: readonly Buffer[]): Buffer {
  return Buffer.concat([unsignedVarint(entries.length + 1), ...entries]);
}

function unsignedVarint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return Buffer.from([...bytes, rest]);
    bytes.push((rest & 0x7f) | 0x80);
  }
}

/** Reads an answer field by field, in the order of the protocol. */
export class FlexibleFields {
  readonly #bytes: Buffer;
  #at = 0;

  /** `bytes` begin after the correlation id, with the header's tags. */
  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.tags();
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#pass(2));
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#pass(4));
  }

  int64(): string {
    return String(this.#bytes.readBigInt64BE(this.#pass(8)));
  }

  compactString(): string | null {
    const length = this.#unsignedVarint() - 1;
    if (length < 0) return null;
    const start = this.#pass(length);
    return this.#bytes.toString('utf8', start, start + length);
  }

  compactArray<T>(read: () => T): T[] {
    return Array.from({ length: Math.max(0, this.#unsignedVarint() - 1) }, () => read());
  }

  /** Passes over tags, none of which is known here. */
  tags(): void {
    for (let count = this.#unsignedVarint(); count > 0; count--) {
      this.#unsignedVarint();
      this.#pass(this.#unsignedVarint());
    }
  }

  #pass(length: number): number {
    const start = this.#at;
    this.#at += length;
    return start;
  }

  #unsignedVarint(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#bytes[this.#pass(1)]!;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }
}

/** A position that a decided transaction has yet to change. */
export const unstableOffsetCommit = 88;

/** By Kafka's number of an error: its name, as kafkajs calls it, and whether another try can help. */
const errors: Readonly<Record<number, readonly [type: string, retriable: boolean]>> = {
  3: ['UNKNOWN_TOPIC_OR_PARTITION', true],
  5: ['LEADER_NOT_AVAILABLE', true],
  6: ['NOT_LEADER_FOR_PARTITION', true],
  14: ['GROUP_LOAD_IN_PROGRESS', true],
  15: ['GROUP_COORDINATOR_NOT_AVAILABLE', true],
  16: ['NOT_COORDINATOR_FOR_GROUP', true],
  29: ['TOPIC_AUTHORIZATION_FAILED', false],
  30: ['GROUP_AUTHORIZATION_FAILED', false],
  47: ['INVALID_PRODUCER_EPOCH', false],
  49: ['INVALID_PRODUCER_ID_MAPPING', false],
  51: ['CONCURRENT_TRANSACTIONS', true],
  53: ['TRANSACTIONAL_ID_AUTHORIZATION_FAILED', false],
  [unstableOffsetCommit]: ['UNSTABLE_OFFSET_COMMIT', true],
  90: ['PRODUCER_FENCED', false],
};

/** Throws what kafkajs would for the number of an error; 0 is none. */
export function refuseError(code: number): void {
  if (code === 0) return;
  const [type, retriable] = errors[code] ?? [`error ${code}`, false];
  throw Object.assign(new Error(`the broker answered ${type}`), {
    name: 'KafkaJSProtocolError',
    type,
    code,
    retriable,
  });
}
