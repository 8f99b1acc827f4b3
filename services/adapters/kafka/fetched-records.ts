import { Buffer } from 'node:buffer';
import type { LogRecord, ReadResult } from '../../../pipelines/ports.ts';
import type { FetchedMessage, FetchedPartition, ProducedMessage, TopicPartition } from './kafkajs-cluster.ts';

/**
 * A record's own time, as a header beside those that it carries. Kafka's timestamp is when the record was appended:
 * brokers delete by it, and by their own clock, so that a replay of last year would vanish while it is read; and they
 * refuse what lies ahead of that clock, as the time of a simulation may.
 */
const timestampHeader = 'cupola-timestamp-ms';

/** What of a record goes into a message of Kafka's. */
export function toMessage(
  record: Pick<LogRecord, 'key' | 'value' | 'timestampMs'> & { readonly headers?: LogRecord['headers'] },
  appendedAtMs: number,
): ProducedMessage {
  const { key, value, headers, timestampMs } = record;
  return {
    key,
    value: value && Buffer.from(value.buffer, value.byteOffset, value.byteLength),
    headers: { ...headers, [timestampHeader]: String(timestampMs) },
    timestamp: appendedAtMs,
  };
}

/** The control record that ends an aborted transaction has this key: version 0, type 0. */
const abortMarker = Buffer.from([0, 0, 0, 0]);

/**
 * The committed records among what was fetched from `fromOffset` on, and where to read on: beyond markers, aborted
 * records, and offsets that compaction left empty. A batch is fetched whole, so that it may begin before `fromOffset`.
 */
export function committedRecords(
  topic: string,
  { partition, messages, abortedTransactions }: FetchedPartition,
  fromOffset: number,
): ReadResult {
  const records: LogRecord[] = [];
  let nextOffset = fromOffset;
  const isAborted = abortedFilter(abortedTransactions);
  for (const message of messages) {
    const { firstOffset, lastOffsetDelta } = message.batchContext;
    nextOffset = Math.max(nextOffset, Number(firstOffset) + lastOffsetDelta + 1);
    const offset = Number(message.offset);
    if (isAborted(message, offset) || message.isControlRecord || offset < fromOffset) continue;
    records.push(toRecord({ topic, partition }, offset, message));
  }
  return { records, nextOffset };
}

/**
 * Tells which messages, asked for in order, belong to aborted transactions: a producer's from the first offset of the
 * transaction to its abort marker.
 */
function abortedFilter(
  transactions: FetchedPartition['abortedTransactions'],
): (message: FetchedMessage, offset: number) => boolean {
  const ahead = transactions
    .map(({ producerId, firstOffset }) => ({ producerId, firstOffset: Number(firstOffset) }))
    .sort((a, b) => a.firstOffset - b.firstOffset);
  const aborting = new Set<string>();
  return ({ key, isControlRecord, batchContext: { producerId, inTransaction } }, offset) => {
    while (ahead.length > 0 && ahead[0]!.firstOffset <= offset) aborting.add(ahead.shift()!.producerId);
    if (isControlRecord && key?.equals(abortMarker)) aborting.delete(producerId);
    return inTransaction && aborting.has(producerId);
  };
}

function toRecord(at: TopicPartition, offset: number, { key, value, headers, timestamp }: FetchedMessage): LogRecord {
  const texts = Object.entries(headers).map(([name, content]) => [name, String(content)] as const);
  const own = texts.find(([name]) => name === timestampHeader)?.[1];
  return {
    topic: at.topic,
    partition: at.partition,
    offset,
    key: key && key.toString(),
    value,
    headers: Object.fromEntries(texts.filter(([name]) => name !== timestampHeader)),
    timestampMs: Number(own ?? timestamp),
  };
}
