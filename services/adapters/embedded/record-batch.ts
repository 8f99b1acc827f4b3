import type { LogRecord, OutgoingRecord } from '../../../pipelines/ports.ts';

/**
 * Records of one partition as one blob, little-endian:
 *
 * | bytes | what |
 * |-|-|
 * | 1 | layout version, 2 |
 * | 3 | zero |
 * | 4 | count n |
 * | 8 n | timestampMs, float64 |
 * | 4 n | offset less the batch's first offset |
 * | 4 n | key length in bytes; -1 for no key |
 * | 4 n | value length in bytes; -1 for a tombstone |
 * | 4 n | headers length in bytes, as JSON; 0 for none |
 * | ... | for each record: zeros up to a multiple of 8, value, key (UTF-8), headers |
 *
 * Offsets have a column since compaction leaves holes. Values are aligned so that the columns in them can be viewed in
 * place.
 */
const layoutVersion = 2;
const prefixBytes = 8;
const bytesPerRecord = 24;
const none = -1;

/** What of a record is in the blob; the rest is where the blob stands. */
export type BatchedRecord = Pick<OutgoingRecord, 'key' | 'value' | 'headers' | 'timestampMs'>;

/**
 * Records to bytes; see the layout above. Copies the values.
 *
 * `relativeOffsets` are their offsets less the batch's first; by default 0, 1, 2 ...
 */
export function encodeRecordBatch(
  records: readonly BatchedRecord[],
  relativeOffsets: readonly number[] = [...records.keys()],
): Uint8Array {
  const headers = records.map((record) => encodeHeaders(record.headers));
  const bytes = Buffer.allocUnsafe(encodedLength(records, headers));
  const columns = columnsOf(records.length);
  bytes.writeUInt32LE(layoutVersion, 0);
  bytes.writeUInt32LE(records.length, 4);
  let end = columns.payload;
  records.forEach((record, i) => {
    bytes.writeDoubleLE(record.timestampMs, columns.timestamp + 8 * i);
    bytes.writeUInt32LE(relativeOffsets[i]!, columns.offset + 4 * i);
    bytes.fill(0, end, aligned(end));
    end = aligned(end);
    bytes.writeInt32LE(record.value?.length ?? none, columns.valueLength + 4 * i);
    if (record.value) {
      bytes.set(record.value, end);
      end += record.value.length;
    }
    const keyLength = record.key === null ? none : bytes.write(record.key, end);
    bytes.writeInt32LE(keyLength, columns.keyLength + 4 * i);
    end += Math.max(keyLength, 0);
    const headersLength = bytes.write(headers[i]!, end);
    bytes.writeUInt32LE(headersLength, columns.headersLength + 4 * i);
    end += headersLength;
  });
  return bytes;
}

/**
 * The records of a batch from `fromOffset` on, at most `maxRecords`. Values are views into `blob`, which must not be
 * reused.
 */
export function decodeRecordBatch(
  blob: Uint8Array,
  at: { readonly topic: string; readonly partition: number; readonly baseOffset: number },
  fromOffset = 0,
  maxRecords = Infinity,
): LogRecord[] {
  const bytes = Buffer.from(blob.buffer, blob.byteOffset, blob.byteLength);
  const count = bytes.readUInt32LE(4);
  const columns = columnsOf(count);
  const records: LogRecord[] = [];
  let end = columns.payload;
  for (let i = 0; i < count && records.length < maxRecords; i++) {
    const keyLength = bytes.readInt32LE(columns.keyLength + 4 * i);
    const valueLength = bytes.readInt32LE(columns.valueLength + 4 * i);
    const headersLength = bytes.readUInt32LE(columns.headersLength + 4 * i);
    const valueStart = aligned(end);
    const keyStart = valueStart + Math.max(valueLength, 0);
    const headersStart = keyStart + Math.max(keyLength, 0);
    const offset = at.baseOffset + bytes.readUInt32LE(columns.offset + 4 * i);
    if (offset >= fromOffset) {
      records.push({
        topic: at.topic,
        partition: at.partition,
        offset,
        key: keyLength === none ? null : bytes.toString('utf8', keyStart, headersStart),
        value: valueLength === none ? null : blob.subarray(valueStart, keyStart),
        headers: decodeHeaders(bytes, headersStart, headersLength),
        timestampMs: bytes.readDoubleLE(columns.timestamp + 8 * i),
      });
    }
    end = headersStart + headersLength;
  }
  return records;
}

/** The next multiple of 8. */
function aligned(byteOffset: number): number {
  return (byteOffset + 7) & ~7;
}

function columnsOf(count: number) {
  const timestamp = prefixBytes;
  const offset = timestamp + 8 * count;
  const keyLength = offset + 4 * count;
  const valueLength = keyLength + 4 * count;
  const headersLength = valueLength + 4 * count;
  return { timestamp, offset, keyLength, valueLength, headersLength, payload: headersLength + 4 * count };
}

function encodedLength(records: readonly BatchedRecord[], headers: readonly string[]): number {
  let length = prefixBytes + bytesPerRecord * records.length;
  records.forEach(({ key, value }, i) => {
    length = aligned(length) + (value?.length ?? 0);
    length += (key === null ? 0 : Buffer.byteLength(key)) + Buffer.byteLength(headers[i]!);
  });
  return length;
}

function encodeHeaders(headers: Readonly<Record<string, string>> | undefined): string {
  if (headers === undefined) return '';
  const json = JSON.stringify(headers);
  return json === '{}' ? '' : json;
}

const noHeaders: Readonly<Record<string, string>> = Object.freeze({});

function decodeHeaders(bytes: Buffer, start: number, length: number): Readonly<Record<string, string>> {
  if (length === 0) return noHeaders;
  return JSON.parse(bytes.toString('utf8', start, start + length)) as Record<string, string>;
}
