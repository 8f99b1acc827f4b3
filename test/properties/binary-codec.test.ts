import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { CupolaError } from '../../pipelines/errors.ts';
import { decodeTelemetry, encodeTelemetry } from '../../pipelines/telemetry/binary-codec.ts';
import { sampleBatch, tick } from './telemetry-arbitraries.ts';

const record = fc.oneof({ weight: 4, arbitrary: sampleBatch }, tick);

/** Decoding either gives a record or refuses with the one code that decoders have. */
function decodesOrRefuses(bytes: Uint8Array): void {
  try {
    decodeTelemetry(bytes);
  } catch (error) {
    assert.ok(error instanceof CupolaError, String(error));
    assert.equal(error.code, 'CUPOLA_TELEMETRY_UNDECODABLE');
    assert.ok(error.subject.position! >= 0 && error.subject.position! <= bytes.length, error.message);
  }
}

test('every telemetry record comes back bit for bit', () => {
  fc.assert(
    fc.property(record, (original) => {
      assert.deepStrictEqual(decodeTelemetry(encodeTelemetry(original)), original);
    }),
    { numRuns: 500 },
  );
});

test('a record decodes the same wherever it lies in memory, and a Buffer is as good as a Uint8Array', () => {
  fc.assert(
    fc.property(record, fc.integer({ min: 0, max: 9 }), (original, offset) => {
      const encoded = encodeTelemetry(original);
      const moved = Buffer.alloc(encoded.length + offset + 3, 0xff).subarray(offset, offset + encoded.length);
      moved.set(encoded);
      assert.deepStrictEqual(decodeTelemetry(moved), original);
    }),
  );
});

test('arbitrary bytes decode or are refused, and throw nothing else', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), decodesOrRefuses), { numRuns: 1000 });
});

test('arbitrary bytes behind a valid header decode or are refused', () => {
  const header = fc.record({ type: fc.constantFrom(1, 2), rest: fc.uint8Array({ minLength: 20, maxLength: 200 }) });
  fc.assert(
    fc.property(header, ({ type, rest }) => decodesOrRefuses(Uint8Array.from([0xc5, 1, type, ...rest]))),
    { numRuns: 1000 },
  );
});

test('a record cut short anywhere, or with bytes after it, is refused', () => {
  fc.assert(
    fc.property(record, fc.double({ min: 0, max: 1, maxExcluded: true }), (original, share) => {
      const encoded = encodeTelemetry(original);
      const code = { code: 'CUPOLA_TELEMETRY_UNDECODABLE' };
      assert.throws(() => decodeTelemetry(encoded.subarray(0, Math.floor(share * encoded.length))), code);
      assert.throws(() => decodeTelemetry(Buffer.concat([encoded, Buffer.of(0)])), code);
    }),
  );
});

test('a flipped bit decodes to a record or is refused, and throws nothing else', () => {
  fc.assert(
    fc.property(record, fc.nat(), (original, seed) => {
      const flipped = encodeTelemetry(original);
      flipped[(seed >> 3) % flipped.length]! ^= 1 << (seed & 7);
      decodesOrRefuses(flipped);
    }),
    { numRuns: 1000 },
  );
});
