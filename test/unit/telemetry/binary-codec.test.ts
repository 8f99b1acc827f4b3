import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeTelemetry, encodeTelemetry } from '../../../pipelines/telemetry/binary-codec.ts';
import type { SampleBatch } from '../../../pipelines/telemetry/sample-batch.ts';

function batch(overrides: Partial<SampleBatch> = {}): SampleBatch {
  return {
    type: 'samples',
    stream: 'power',
    definitionVersion: 1,
    ingestTimeMs: 1_790_000_000_000,
    channel: Uint16Array.of(0, 1, 0),
    eventTimeMs: Float64Array.of(1_790_000_000_000, 1_790_000_000_001, 1_790_000_000_000),
    value: Float64Array.of(1.5, -0, 1e6),
    ...overrides,
  };
}

const undecodable = { code: 'CUPOLA_TELEMETRY_UNDECODABLE' };

test('whole milliseconds and values of single precision take ten bytes a sample', () => {
  const samples = 1000;
  const eventTimeMs = Float64Array.from({ length: samples }, (_, i) => 1_790_000_000_000 + 1000 * i);
  const value = new Float64Array(samples).fill(0.5);
  const encoded = encodeTelemetry(batch({ channel: new Uint16Array(samples), eventTimeMs, value }));
  assert.equal(encoded.length, 40 + 10 * samples);
});

test('one value that single precision cannot hold keeps all of the batch in double precision', () => {
  const original = batch({ value: Float64Array.of(1.5, 0.1, 2) });
  assert.deepStrictEqual(decodeTelemetry(encodeTelemetry(original)), original);
});

test('event times between whole milliseconds are kept', () => {
  const original = batch({ eventTimeMs: Float64Array.of(1_790_000_000_000, 1_790_000_000_000.25, 1_790_000_000_001) });
  assert.deepStrictEqual(decodeTelemetry(encodeTelemetry(original)), original);
});

test('a name that begins with a byte order mark keeps it', () => {
  const original = batch({ stream: '\ufeffpower' });
  assert.deepStrictEqual(decodeTelemetry(encodeTelemetry(original)), original);
});

test('aligned columns are views of the record, not copies', () => {
  const encoded = encodeTelemetry(batch({ value: Float64Array.of(0.1, 0.2, 0.3) }));
  const decoded = decodeTelemetry(encoded) as SampleBatch;
  assert.equal(decoded.value.buffer, encoded.buffer);
  assert.equal(decoded.channel.buffer, encoded.buffer);
});

test('a sample count beyond the bytes that are there is refused before anything is allocated', () => {
  const encoded = encodeTelemetry(batch());
  new DataView(encoded.buffer).setUint32(24, 0xffff_ffff, true);
  assert.throws(() => decodeTelemetry(encoded), {
    ...undecodable,
    message: /byte 40: value is 17179869180 bytes long, must be at most the 38 bytes that are left/,
  });
});

test('a refusal names byte, field, value and bound', () => {
  const encoded = encodeTelemetry(batch());
  encoded[1] = 9;
  assert.throws(() => decodeTelemetry(encoded), {
    ...undecodable,
    subject: { field: 'schemaVersion', value: 9, bound: '1', position: 1 },
  });
});

test('a stored value that is not finite is refused with the byte where it stands', () => {
  const encoded = encodeTelemetry(batch());
  new DataView(encoded.buffer).setFloat32(44, Number.NaN, true);
  assert.throws(() => decodeTelemetry(encoded), { ...undecodable, message: /byte 44: value\[1\] is NaN/ });
});

test('a stored event time that is not finite is refused', () => {
  const encoded = encodeTelemetry(batch({ eventTimeMs: Float64Array.of(0, 1, 2) }));
  new DataView(encoded.buffer).setFloat64(64, Infinity, true);
  assert.throws(() => decodeTelemetry(encoded), { ...undecodable, message: /byte 64: eventTimeMs\[1\] is Infinity/ });
});

test('a stream that is not UTF-8 is refused', () => {
  const encoded = encodeTelemetry(batch());
  encoded[30] = 0xff;
  assert.throws(() => decodeTelemetry(encoded), { ...undecodable, message: /byte 30: stream is \[255 111/ });
});

test('a record that nobody could read back is not encoded', () => {
  const refused = { code: 'CUPOLA_RECORD_UNENCODABLE' };
  assert.throws(() => encodeTelemetry(batch({ value: Float64Array.of(1, 2) })), refused);
  assert.throws(() => encodeTelemetry(batch({ value: Float64Array.of(1, 2, Number.NaN) })), refused);
  assert.throws(() => encodeTelemetry(batch({ eventTimeMs: Float64Array.of(1, 2, Infinity) })), refused);
  assert.throws(() => encodeTelemetry(batch({ definitionVersion: 0 })), refused);
  assert.throws(() => encodeTelemetry(batch({ stream: '\ud800' })), refused);
  assert.throws(() => encodeTelemetry({ type: 'tick', source: 'simulator', timeMs: Number.NaN }), refused);
});
