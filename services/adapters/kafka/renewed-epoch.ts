import { Buffer } from 'node:buffer';
import type { Broker, ProducerIdentity } from './kafkajs-cluster.ts';

const apiKey = 22;
const apiVersion = 3;
/** Whether another try can help, by Kafka's number of an error. */
const errors: Readonly<Record<number, { readonly type: string; readonly retriable: boolean }>> = {
  14: { type: 'GROUP_LOAD_IN_PROGRESS', retriable: true },
  15: { type: 'GROUP_COORDINATOR_NOT_AVAILABLE', retriable: true },
  16: { type: 'NOT_COORDINATOR_FOR_GROUP', retriable: true },
  47: { type: 'INVALID_PRODUCER_EPOCH', retriable: false },
  49: { type: 'INVALID_PRODUCER_ID_MAPPING', retriable: false },
  51: { type: 'CONCURRENT_TRANSACTIONS', retriable: true },
  90: { type: 'PRODUCER_FENCED', retriable: false },
};

/**
 * A new epoch for a producer whose sequence numbers no longer count, if it is still the newest of its transactional id;
 * aborts what it had begun. (Without the last condition, which kafkajs' own request cannot make, a producer that was
 * fenced meanwhile would fence the one that fenced it.)
 *
 * Source: InitProducerId, version 3 (KIP-360), https://kafka.apache.org/protocol. Asked of the transaction coordinator.
 */
export function renewedEpoch(
  coordinator: Broker,
  identity: ProducerIdentity,
  transactionTimeoutMs: number,
): Promise<ProducerIdentity> {
  const buffer = request(identity, transactionTimeoutMs);
  return coordinator.connectionPool.send({
    request: { apiKey, apiVersion, apiName: 'InitProducerId', encode: async () => ({ buf: buffer, buffer }) },
    response: {
      decode: async (payload) => payload,
      parse: async (payload) => ({ ...identity, ...response(payload) }),
    },
  });
}

/** The end of the header, no tags; transactional id, time-out, producer id, epoch, no tags. */
function request({ transactionalId, producerId, producerEpoch }: ProducerIdentity, timeoutMs: number): Buffer {
  const id = Buffer.from(transactionalId);
  const fields = Buffer.alloc(4 + 8 + 2);
  fields.writeInt32BE(timeoutMs, 0);
  fields.writeBigInt64BE(BigInt(producerId), 4);
  fields.writeInt16BE(producerEpoch, 12);
  const noTags = Buffer.from([0]);
  return Buffer.concat([noTags, unsignedVarint(id.length + 1), id, fields, noTags]);
}

/** No tags; throttle time, error, producer id, epoch. */
function response(payload: Buffer): Pick<ProducerIdentity, 'producerId' | 'producerEpoch'> {
  const code = payload.readInt16BE(5);
  if (code !== 0) {
    const { type, retriable } = errors[code] ?? { type: `error ${code}`, retriable: false };
    const refusal = new Error(`no new epoch: ${type}`);
    throw Object.assign(refusal, { name: 'KafkaJSProtocolError', type, code, retriable });
  }
  return { producerId: String(payload.readBigInt64BE(7)), producerEpoch: payload.readInt16BE(15) };
}

function unsignedVarint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return Buffer.from([...bytes, rest]);
    bytes.push((rest & 0x7f) | 0x80);
  }
}
