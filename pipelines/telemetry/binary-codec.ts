import { ByteReader } from './byte-reader.ts';
import { ByteWriter, utf8 } from './byte-writer.ts';
import type { SampleBatch, TelemetryRecord, Tick } from './sample-batch.ts';
import { unencodable } from './unencodable.ts';

/** First byte of every binary telemetry record. */
const magic = 0xc5;
const schemaVersion = 1;

const samplesType = 1;
const tickType = 2;

/** Bits of a sample batch's encoding byte: how its columns are stored. */
const timesAreOffsets = 1;
const valuesAreFloat32 = 2;

const samplesHeaderBytes = 30;
const tickHeaderBytes = 14;
const maxUint32 = 0xffff_ffff;

/**
 * The binary form of a telemetry record; docs/telemetry.md has its layout. Exact: decoding gives back every bit.
 *
 * Event times are stored as Uint32 offsets from the earliest and values as Float32 where that loses nothing for any
 * sample of the batch.
 *
 * Errors: CUPOLA_RECORD_UNENCODABLE where columns differ in length or a number is not finite.
 */
export function encodeTelemetry(record: TelemetryRecord): Uint8Array<ArrayBuffer> {
  return record.type === 'tick' ? encodeTick(record) : encodeSamples(record);
}

/**
 * Reads what encodeTelemetry wrote. Columns may share memory with `bytes`, which must not change afterwards.
 *
 * Errors: CUPOLA_TELEMETRY_UNDECODABLE, whatever the bytes; never another one.
 */
export function decodeTelemetry(bytes: Uint8Array): TelemetryRecord {
  const reader = new ByteReader(bytes);
  reader.expect('magic', magic);
  reader.expect('schemaVersion', schemaVersion);
  const type = reader.uint8('type');
  if (type === samplesType) return decodeSamples(reader);
  if (type === tickType) return decodeTick(reader);
  return reader.fail(2, 'type', type, `${samplesType} (samples) or ${tickType} (tick)`);
}

function encodeSamples(batch: SampleBatch): Uint8Array<ArrayBuffer> {
  checkBatch(batch);
  const { channel, eventTimeMs, value } = batch;
  const samples = channel.length;
  const baseTimeMs = offsetBase(eventTimeMs);
  const float32 = fitsFloat32(value);
  const stream = utf8('stream', batch.stream);
  const writer = new ByteWriter(
    aligned(samplesHeaderBytes + stream.length) +
      aligned(samples * (float32 ? 4 : 8)) +
      aligned(samples * (baseTimeMs === null ? 8 : 4)) +
      samples * 2,
  );
  writer.uint8(magic);
  writer.uint8(schemaVersion);
  writer.uint8(samplesType);
  writer.uint8((baseTimeMs === null ? 0 : timesAreOffsets) | (float32 ? valuesAreFloat32 : 0));
  writer.uint32(batch.definitionVersion);
  writer.float64(batch.ingestTimeMs);
  writer.float64(baseTimeMs ?? 0);
  writer.uint32(samples);
  writer.text(stream);
  writer.column<Float32Array | Float64Array>(float32 ? Float32Array : Float64Array, samples).set(value);
  if (baseTimeMs === null) writer.column(Float64Array, samples).set(eventTimeMs);
  else writeOffsets(writer.column(Uint32Array, samples), eventTimeMs, baseTimeMs);
  writer.column(Uint16Array, samples).set(channel);
  return writer.finish();
}

function decodeSamples(reader: ByteReader): SampleBatch {
  const encoding = reader.uint8('encoding');
  if (encoding > (timesAreOffsets | valuesAreFloat32)) reader.fail(3, 'encoding', encoding, 'at most 3');
  const definitionVersion = reader.uint32('definitionVersion');
  if (definitionVersion === 0) reader.fail(4, 'definitionVersion', 0, 'at least 1');
  const ingestTimeMs = reader.finite('ingestTimeMs');
  const baseTimeMs = reader.finite('baseTimeMs');
  const samples = reader.uint32('samples');
  const stream = reader.text('stream');
  const value = readValues(reader, samples, (encoding & valuesAreFloat32) !== 0);
  const eventTimeMs = readTimes(reader, samples, (encoding & timesAreOffsets) !== 0 ? baseTimeMs : null);
  const channel = reader.column('channel', Uint16Array, samples);
  reader.end();
  return { type: 'samples', stream, definitionVersion, ingestTimeMs, channel, eventTimeMs, value };
}

function readValues(reader: ByteReader, samples: number, float32: boolean): Float64Array {
  const values = float32
    ? new Float64Array(reader.column('value', Float32Array, samples))
    : reader.column('value', Float64Array, samples);
  const bad = firstNotFinite(values);
  const bytesAfter = (samples - bad) * (float32 ? 4 : 8);
  if (bad !== -1) reader.fail(reader.position - bytesAfter, `value[${bad}]`, values[bad], 'finite');
  return values;
}

function readTimes(reader: ByteReader, samples: number, baseTimeMs: number | null): Float64Array {
  if (baseTimeMs !== null) {
    const offsets = reader.column('eventTimeMs', Uint32Array, samples);
    const times = new Float64Array(samples);
    for (let i = 0; i < samples; i++) times[i] = baseTimeMs + offsets[i]!;
    return times;
  }
  const times = reader.column('eventTimeMs', Float64Array, samples);
  const bad = firstNotFinite(times);
  if (bad !== -1) reader.fail(reader.position - 8 * (samples - bad), `eventTimeMs[${bad}]`, times[bad], 'finite');
  return times;
}

function encodeTick(tick: Tick): Uint8Array<ArrayBuffer> {
  if (!Number.isFinite(tick.timeMs)) unencodable('timeMs', tick.timeMs, 'finite');
  const source = utf8('source', tick.source);
  const writer = new ByteWriter(tickHeaderBytes + source.length);
  writer.uint8(magic);
  writer.uint8(schemaVersion);
  writer.uint8(tickType);
  writer.uint8(0);
  writer.float64(tick.timeMs);
  writer.text(source);
  return writer.finish();
}

function decodeTick(reader: ByteReader): Tick {
  reader.expect('encoding', 0);
  const timeMs = reader.finite('timeMs');
  const source = reader.text('source');
  reader.end();
  return { type: 'tick', source, timeMs };
}

/**
 * The earliest time, if every time is a whole number of ms, at most 2^32 - 1, after it; null otherwise. Times before 1970
 * are stored as they are, so that -0 keeps its sign.
 */
function offsetBase(timesMs: Float64Array): number | null {
  let earliest = Infinity;
  for (let i = 0; i < timesMs.length; i++) if (timesMs[i]! < earliest) earliest = timesMs[i]!;
  if (earliest <= 0 || earliest === Infinity) return null;
  for (let i = 0; i < timesMs.length; i++) {
    const offset = timesMs[i]! - earliest;
    if (offset > maxUint32 || offset !== Math.floor(offset) || earliest + offset !== timesMs[i]) return null;
  }
  return earliest;
}

function fitsFloat32(values: Float64Array): boolean {
  for (let i = 0; i < values.length; i++) if (Math.fround(values[i]!) !== values[i]) return false;
  return true;
}

function writeOffsets(offsets: Uint32Array, timesMs: Float64Array, baseTimeMs: number): void {
  for (let i = 0; i < offsets.length; i++) offsets[i] = timesMs[i]! - baseTimeMs;
}

/** Index of the first NaN or infinity; -1 where there is none. */
function firstNotFinite(column: Float64Array): number {
  for (let i = 0; i < column.length; i++) if (!Number.isFinite(column[i])) return i;
  return -1;
}

function checkBatch(batch: SampleBatch): void {
  const { channel, eventTimeMs, value, definitionVersion, ingestTimeMs } = batch;
  const samples = channel.length;
  if (eventTimeMs.length !== samples)
    unencodable('eventTimeMs.length', eventTimeMs.length, `channel.length, ${samples}`);
  if (value.length !== samples) unencodable('value.length', value.length, `channel.length, ${samples}`);
  const badTime = firstNotFinite(eventTimeMs);
  if (badTime !== -1) unencodable(`eventTimeMs[${badTime}]`, eventTimeMs[badTime], 'finite');
  const badValue = firstNotFinite(value);
  if (badValue !== -1) unencodable(`value[${badValue}]`, value[badValue], 'finite');
  if (!Number.isFinite(ingestTimeMs)) unencodable('ingestTimeMs', ingestTimeMs, 'finite');
  if (!Number.isInteger(definitionVersion) || definitionVersion < 1 || definitionVersion > maxUint32)
    unencodable('definitionVersion', definitionVersion, `a whole number from 1 to ${maxUint32}`);
}

/** The next multiple of 8. */
function aligned(byteLength: number): number {
  return (byteLength + 7) & ~7;
}
