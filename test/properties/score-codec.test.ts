import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { CupolaError } from '../../pipelines/errors.ts';
import { decodeScoreEvents, encodeScoreEvents } from '../../pipelines/scoring/score-codec.ts';
import type { ScoreEvent, WindowScore } from '../../pipelines/scoring/score-event.ts';
import { plainRecord } from './telemetry-arbitraries.ts';

const anyFloat32 = fc.oneof(fc.float(), fc.constantFrom(0, -0));
const timeMs = fc.oneof(fc.integer({ min: 0, max: 4_000_000_000_000 }), fc.double({ noNaN: true }));
const everyEvent = {
  stream: fc.constant('power'),
  definitionVersion: fc.oneof(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 0xffff_ffff })),
};
const channelId = fc.constantFrom('S4000001', 'température', '');
const lastObservedMs = fc.oneof(fc.constant(null), timeMs);

function float32s(length: number): fc.Arbitrary<Float32Array> {
  return fc.array(anyFloat32, { minLength: length, maxLength: length }).map((list) => Float32Array.from(list));
}

/** Scores of one shape, or of any. */
function windowScore(channels: number, code: number, rows: number): fc.Arbitrary<WindowScore> {
  return plainRecord<WindowScore>({
    ...everyEvent,
    type: fc.constant('score'),
    windowStartMs: timeMs,
    windowEndMs: timeMs,
    modelVersion: fc.constantFrom('robust-limits-000000000000', 'dense-123456789abc'),
    reconstructionError: fc.double(),
    anomalyScore: fc.double(),
    strideErrors: fc.nat(3).chain(float32s),
    rowErrors: fc.nat(6).chain(float32s),
    contributions: float32s(channels),
    latent: float32s(code),
    reconstruction: float32s(rows * channels),
    missingShare: fc.double({ min: 0, max: 1 }),
    backfill: fc.boolean(),
  });
}

const scoreEvent: fc.Arbitrary<ScoreEvent> = fc.oneof(
  { weight: 4, arbitrary: windowScore(3, 2, 2) },
  fc.tuple(fc.nat(4), fc.nat(4), fc.nat(4)).chain((shape) => windowScore(...shape)),
  plainRecord({
    ...everyEvent,
    type: fc.constant('gap' as const),
    firstWindowStartMs: timeMs,
    windows: fc.integer({ min: 1 }),
    missingShare: fc.double({ min: 0, max: 1 }),
  }),
  plainRecord({ ...everyEvent, type: fc.constant('stale' as const), channelId, lastObservedMs }),
  plainRecord({ ...everyEvent, type: fc.constant('resumed' as const), channelId, lastObservedMs, resumedMs: timeMs }),
  plainRecord({ ...everyEvent, type: fc.constant('warm-up' as const), windowStartMs: timeMs, remainingMs: timeMs }),
  plainRecord({ ...everyEvent, type: fc.constant('watermark' as const), watermarkMs: timeMs }),
);
const scoreEvents = fc.array(scoreEvent, { maxLength: 12 });

function decodesOrRefuses(bytes: Uint8Array): void {
  try {
    decodeScoreEvents(bytes);
  } catch (error) {
    assert.ok(error instanceof CupolaError, String(error));
    assert.equal(error.code, 'CUPOLA_TELEMETRY_UNDECODABLE');
  }
}

test('every run of score events comes back bit for bit and in order', () => {
  fc.assert(
    fc.property(scoreEvents, (events) => {
      assert.deepStrictEqual(decodeScoreEvents(encodeScoreEvents(events)), events);
    }),
    { numRuns: 500 },
  );
});

test('score events decode the same wherever they lie in memory', () => {
  fc.assert(
    fc.property(scoreEvents, fc.integer({ min: 1, max: 9 }), (events, offset) => {
      const encoded = encodeScoreEvents(events);
      const moved = Buffer.alloc(encoded.length + offset).subarray(offset);
      moved.set(encoded);
      assert.deepStrictEqual(decodeScoreEvents(moved), events);
    }),
  );
});

test('arbitrary bytes behind a valid header decode or are refused, and throw nothing else', () => {
  fc.assert(
    fc.property(fc.constantFrom(1, 2, 3, 4, 5, 6, 7, 8), fc.uint8Array({ maxLength: 200 }), (type, rest) =>
      decodesOrRefuses(Uint8Array.from([0xc6, 1, 0, 0, type, ...rest])),
    ),
    { numRuns: 1000 },
  );
});

test('a flipped bit or a cut decodes to score events or is refused, and throws nothing else', () => {
  fc.assert(
    fc.property(scoreEvents, fc.nat(), fc.nat(), (events, seed, cut) => {
      const flipped = encodeScoreEvents(events);
      flipped[(seed >> 3) % flipped.length]! ^= 1 << (seed & 7);
      decodesOrRefuses(flipped);
      decodesOrRefuses(encodeScoreEvents(events).subarray(0, cut % flipped.length));
    }),
    { numRuns: 1000 },
  );
});
