import type { TimeRange } from '../../../pipelines/ports.ts';

/**
 * Values by time, as columns: entry i stands at timeMs[i] and has `width` values, values[i * width] and following.
 * Stored and compared as they are in memory, little-endian.
 */
export interface SeriesColumns {
  readonly timeMs: Float64Array;
  readonly values: Float32Array | Float64Array;
  readonly width: number;
}

/** Series of many channels together, in the order in which they were written. */
export interface ChannelColumns extends SeriesColumns {
  readonly channel: Uint16Array;
}

const prefixBytes = 8;

/**
 * Columns to bytes: a byte a value takes (4 or 8), a zero, the width (uint16), the count n (uint32), n times (float64),
 * n x width values, and for ChannelColumns n channels (uint16).
 */
export function encodeColumns(columns: SeriesColumns | ChannelColumns): Uint8Array {
  const { timeMs, values, width } = columns;
  const channel = 'channel' in columns ? columns.channel : new Uint16Array(0);
  const bytes = new Uint8Array(prefixBytes + timeMs.byteLength + values.byteLength + channel.byteLength);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, values.BYTES_PER_ELEMENT);
  view.setUint16(2, width, true);
  view.setUint32(4, timeMs.length, true);
  bytes.set(bytesOf(timeMs), prefixBytes);
  bytes.set(bytesOf(values), prefixBytes + timeMs.byteLength);
  bytes.set(bytesOf(channel), prefixBytes + timeMs.byteLength + values.byteLength);
  return bytes;
}

/** What encodeColumns wrote, as views into `blob` where it is aligned; `channel` is empty for a single series. */
export function decodeColumns(blob: Uint8Array): ChannelColumns {
  const bytes = blob.byteOffset % 8 === 0 ? blob : blob.slice();
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const width = view.getUint16(2, true);
  const count = view.getUint32(4, true);
  const timesAt = bytes.byteOffset + prefixBytes;
  const valuesAt = timesAt + 8 * count;
  const Values = view.getUint8(0) === 4 ? Float32Array : Float64Array;
  const channelsAt = valuesAt + Values.BYTES_PER_ELEMENT * count * width;
  const channels = (bytes.byteOffset + bytes.length - channelsAt) / 2;
  return {
    timeMs: new Float64Array(bytes.buffer as ArrayBuffer, timesAt, count),
    values: new Values(bytes.buffer as ArrayBuffer, valuesAt, count * width),
    channel: new Uint16Array(bytes.buffer as ArrayBuffer, channelsAt, channels),
    width,
  };
}

/** The entries at `indices`, in that order. */
export function pick(columns: SeriesColumns, indices: ArrayLike<number>): SeriesColumns {
  const { timeMs, values, width } = columns;
  const picked = emptyColumns(columns, indices.length);
  for (let i = 0; i < indices.length; i++) {
    const from = indices[i]!;
    picked.timeMs[i] = timeMs[from]!;
    for (let k = 0; k < width; k++) picked.values[i * width + k] = values[from * width + k]!;
  }
  return picked;
}

/**
 * Parts of one series, in the order in which they were written, as one: ascending in time, and where two entries have
 * the same time the one written last.
 */
export function mergeColumns(parts: readonly SeriesColumns[]): SeriesColumns {
  const all = concatenate(parts);
  return isAscending(all.timeMs) ? all : pick(all, ascendingLastWins(all.timeMs));
}

/** The entries of an ascending series with times in a range, as views. */
export function within({ timeMs, values, width }: SeriesColumns, { fromMs, toMs }: TimeRange): SeriesColumns {
  const start = countBefore(timeMs, fromMs);
  const end = countBefore(timeMs, toMs);
  return { timeMs: timeMs.subarray(start, end), values: values.subarray(start * width, end * width), width };
}

/** The entries of a series of one value each that are numbers. */
export function finite(columns: SeriesColumns): SeriesColumns {
  const { values } = columns;
  let numbers = 0;
  for (let i = 0; i < values.length; i++) if (!Number.isNaN(values[i]!)) numbers++;
  if (numbers === values.length) return columns;
  return pick(
    columns,
    [...values.keys()].filter((i) => !Number.isNaN(values[i]!)),
  );
}

function concatenate(parts: readonly SeriesColumns[]): SeriesColumns {
  if (parts.length === 1) return parts[0]!;
  const count = parts.reduce((sum, { timeMs }) => sum + timeMs.length, 0);
  const all = emptyColumns(parts[0] ?? { values: new Float64Array(0), width: 1 }, count);
  let at = 0;
  for (const { timeMs, values } of parts) {
    all.timeMs.set(timeMs, at);
    all.values.set(values, at * all.width);
    at += timeMs.length;
  }
  return all;
}

function emptyColumns(like: Pick<SeriesColumns, 'values' | 'width'>, count: number): SeriesColumns {
  const Values = like.values instanceof Float32Array ? Float32Array : Float64Array;
  return { timeMs: new Float64Array(count), values: new Values(count * like.width), width: like.width };
}

function isAscending(timeMs: Float64Array): boolean {
  for (let i = 1; i < timeMs.length; i++) if (timeMs[i]! <= timeMs[i - 1]!) return false;
  return true;
}

function ascendingLastWins(timeMs: Float64Array): Uint32Array {
  const order = Uint32Array.from(timeMs.keys()).sort((a, b) => timeMs[a]! - timeMs[b]! || a - b);
  return order.filter((index, i) => i + 1 === order.length || timeMs[order[i + 1]!] !== timeMs[index]);
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | Float64Array | Uint16Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** How many of the ascending times are before a point, by halving. */
function countBefore(timeMs: Float64Array, beforeMs: number): number {
  let [low, high] = [0, timeMs.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (timeMs[middle]! < beforeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
