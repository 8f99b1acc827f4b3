import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAdmission } from '../../../pipelines/telemetry/admission.ts';
import type { SourceSamples } from '../../../pipelines/telemetry/source-samples.ts';
import { streamDefinitionSchema, type StreamDefinition } from '../../../pipelines/telemetry/stream-definition.ts';

const ingestTimeMs = 1_790_000_000_000;

function definition(stream: string, channelIds: readonly string[], maxAheadMs = 60_000): StreamDefinition {
  return streamDefinitionSchema.parse({
    stream,
    version: 3,
    name: stream,
    source: 'station',
    intervalMs: 1000,
    windowLengthMs: 64_000,
    strideMs: 16_000,
    staleAfterMs: 60_000,
    warmUpMs: 64_000,
    maxAheadMs,
    channels: channelIds.map((id) => ({ id, name: id, kind: 'real' })),
  });
}

function samplesOf(...rows: readonly (readonly [string, number, number])[]): SourceSamples {
  const channelIds = [...new Set(rows.map(([id]) => id))];
  return {
    channelIds,
    channel: Uint16Array.from(rows, ([id]) => channelIds.indexOf(id)),
    eventTimeMs: Float64Array.from(rows, ([, timeMs]) => timeMs),
    value: Float64Array.from(rows, ([, , value]) => value),
  };
}

const admission = createAdmission('station', [definition('power', ['V', 'A']), definition('thermal', ['T'])]);
const now = ingestTimeMs;

test('samples are re-keyed by stream in arrival order', () => {
  const { batches, rejected } = admission.admit(
    samplesOf(['T', now, 1], ['A', now - 1, 2], ['V', now, 3], ['A', now - 2, 4]),
    now,
  );
  assert.deepEqual(rejected, []);
  assert.deepEqual(batches, [
    {
      type: 'samples',
      stream: 'power',
      definitionVersion: 3,
      ingestTimeMs,
      channel: Uint16Array.of(1, 0, 1),
      eventTimeMs: Float64Array.of(now - 1, now, now - 2),
      value: Float64Array.of(2, 3, 4),
    },
    {
      type: 'samples',
      stream: 'thermal',
      definitionVersion: 3,
      ingestTimeMs,
      channel: Uint16Array.of(0),
      eventTimeMs: Float64Array.of(now),
      value: Float64Array.of(1),
    },
  ]);
});

test('a stream without samples gets no batch', () => {
  const { batches } = admission.admit(samplesOf(['T', now, 1]), now);
  assert.deepEqual(
    batches.map(({ stream }) => stream),
    ['thermal'],
  );
});

test('a channel that two streams have goes to both', () => {
  const shared = createAdmission('station', [definition('power', ['V', 'beta']), definition('thermal', ['beta'])]);
  const { batches } = shared.admit(samplesOf(['beta', now, 30]), now);
  assert.deepEqual(
    batches.map(({ stream, channel }) => [stream, channel[0]]),
    [
      ['power', 1],
      ['thermal', 0],
    ],
  );
});

test('what is refused becomes a dead letter by reason, with its JSON form, and the good samples survive', () => {
  const { batches, rejected } = admission.admit(
    samplesOf(
      ['V', now, 1],
      ['X', now, 2],
      ['V', now, Number.NaN],
      ['V', now, -Infinity],
      ['V', Number.NaN, 5],
      ['V', -1, 6],
      ['V', now + 60_001, 7],
      ['V', Infinity, 8],
      ['V', now + 60_000, 9],
      ['V', 0, 10],
    ),
    now,
  );
  assert.deepEqual([...batches[0]!.value], [1, 9, 10]);
  assert.deepEqual(
    rejected.map(({ reason, position }) => [reason, position]),
    [
      ['unknown-channel', 'sample 1'],
      ['not-a-number', 'sample 2'],
      ['not-a-number', 'sample 3'],
      ['not-a-number', 'sample 4'],
      ['before-1970', 'sample 5'],
      ['too-far-ahead', 'sample 6'],
      ['too-far-ahead', 'sample 7'],
    ],
  );
  assert.equal(new TextDecoder().decode(rejected[1]!.bytes), `{"channel":"V","time":${now},"value":"NaN"}`);
  assert.match(rejected[5]!.detail, /eventTimeMs is 1790000060001, must be at most 1790000060000/);
});

test('each stream has its own bound on times ahead', () => {
  const shared = createAdmission('station', [definition('strict', ['beta'], 1), definition('lax', ['beta'], 5000)]);
  const { batches, rejected } = shared.admit(samplesOf(['beta', now + 1000, 30]), now);
  assert.deepEqual(
    batches.map(({ stream }) => stream),
    ['lax'],
  );
  assert.match(rejected[0]!.detail, /must be at most 1790000000001/);
});
