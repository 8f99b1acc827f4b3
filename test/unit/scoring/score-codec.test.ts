import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeScoreEvents, encodeScoreEvents } from '../../../pipelines/scoring/score-codec.ts';
import type { WatermarkMoved, WindowScore } from '../../../pipelines/scoring/score-event.ts';

const channels = 12;
const strideRows = 8;

function score(index: number): WindowScore {
  return {
    type: 'score',
    stream: 'power',
    definitionVersion: 1,
    windowStartMs: 16_000 * index,
    windowEndMs: 16_000 * index + 64_000,
    modelVersion: 'dense-123456789abc',
    reconstructionError: Math.PI * index,
    anomalyScore: Math.E * index,
    strideErrors: new Float32Array(8).fill(index),
    rowErrors: new Float32Array(64).fill(index),
    contributions: new Float32Array(channels).fill(1 / channels),
    latent: new Float32Array(4).fill(index),
    reconstruction: new Float32Array(channels * strideRows).fill(index),
    missingShare: 0,
    backfill: false,
  };
}

function watermark(stream: string): WatermarkMoved {
  return { type: 'watermark', stream, definitionVersion: 1, watermarkMs: 5 };
}

test('scores of one model are stored as columns, little more than their numbers', () => {
  const scores = Array.from({ length: 64 }, (_, i) => score(i));
  const encoded = encodeScoreEvents(scores);
  const bytesOfNumbers = 64 * (5 * 8 + 4 * (channels + 4 + channels * strideRows + 8 + 64));
  assert.ok(encoded.length - bytesOfNumbers <= 80, `${encoded.length - bytesOfNumbers} bytes besides`);
  assert.deepStrictEqual(decodeScoreEvents(encoded), scores);
});

test('scores of before, which tell less, are read: of rows nothing, and of strides nothing', () => {
  const [ofStrides] = decodeScoreEvents(
    Buffer.from(
      'xgEFAHBvd2VyBwASAGRlbnNlLTEyMzQ1Njc4OWFiYwEAAAABAAAAAgAAAAIAAAACAAAAAgAAAAAAAAAAAEDPQAAAAAAAiPNAAAAAAAAA4D8AAAAAAAAAQAAAAAAAAAAAAACAPgAAQD8AAIA/AAAAQAAAQEAAAIBAAACAPgAAQD8=',
      'base64',
    ),
  );
  const [ofNone] = decodeScoreEvents(
    Buffer.from(
      'xgEFAHBvd2VyAQASAGRlbnNlLTEyMzQ1Njc4OWFiYwEAAAABAAAAAgAAAAIAAAACAAAAAAAAAAAAAAAAAEDPQAAAAAAAiPNAAAAAAAAA4D8AAAAAAAAAQAAAAAAAAAAAAACAPgAAQD8AAIA/AAAAQAAAQEAAAIBA',
      'base64',
    ),
  );
  const common: WindowScore = {
    ...score(1),
    reconstructionError: 0.5,
    anomalyScore: 2,
    strideErrors: new Float32Array(0),
    rowErrors: new Float32Array(0),
    contributions: Float32Array.of(0.25, 0.75),
    latent: Float32Array.of(1, 2),
    reconstruction: Float32Array.of(3, 4),
  };
  assert.deepStrictEqual(ofStrides, { ...common, strideErrors: Float32Array.of(0.25, 0.75) });
  assert.deepStrictEqual(ofNone, common);
});

test('scores far beyond the typical size come back equal', () => {
  const reconstruction = Float32Array.from({ length: 10_000 }, (_, i) => i);
  const scores = [score(1), score(2)].map((event) => Object.assign(event, { reconstruction }));
  assert.deepStrictEqual(decodeScoreEvents(encodeScoreEvents(scores)), scores);
});

test('score events of two streams are not encoded as one run', () => {
  assert.throws(() => encodeScoreEvents([watermark('power'), watermark('thermal')]), {
    code: 'CUPOLA_RECORD_UNENCODABLE',
    message: /stream of event 1 is thermal, must be that of event 0, power/,
  });
});

test('a count beyond the bytes that are there is refused before anything is allocated', () => {
  const encoded = encodeScoreEvents([watermark('power')]);
  new DataView(encoded.buffer).setUint32(17, 0xffff_ffff, true);
  assert.throws(() => decodeScoreEvents(encoded), {
    code: 'CUPOLA_TELEMETRY_UNDECODABLE',
    message: /byte 24: numbers is 34359738360 bytes long, must be at most the 8 bytes that are left/,
  });
});

test('an unknown type, a flag out of place and a newer schema are refused', () => {
  for (const [at, byte] of [
    [0, 0xc5],
    [1, 2],
    [9, 9],
    [10, 1],
  ] as const) {
    const encoded = encodeScoreEvents([watermark('power')]);
    encoded[at] = byte;
    assert.throws(() => decodeScoreEvents(encoded), { code: 'CUPOLA_TELEMETRY_UNDECODABLE' });
  }
});
