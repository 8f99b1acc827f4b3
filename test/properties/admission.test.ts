import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { createAdmission } from '../../pipelines/telemetry/admission.ts';
import { decodeTelemetry, encodeTelemetry } from '../../pipelines/telemetry/binary-codec.ts';
import { streamDefinitionSchema, type StreamDefinition } from '../../pipelines/telemetry/stream-definition.ts';

const ingestTimeMs = 1_790_000_000_000;

const definitions: readonly StreamDefinition[] = [
  { stream: 'power', channels: ['V', 'A', 'beta'], maxAheadMs: 60_000 },
  { stream: 'thermal', channels: ['beta', 'T'], maxAheadMs: 10 },
].map(({ stream, channels, maxAheadMs }) =>
  streamDefinitionSchema.parse({
    stream,
    name: stream,
    source: 'station',
    intervalMs: 1000,
    windowLengthMs: 64_000,
    strideMs: 16_000,
    staleAfterMs: 60_000,
    warmUpMs: 64_000,
    maxAheadMs,
    channels: channels.map((id) => ({ id, name: id, kind: 'real' })),
  }),
);

const channelIds = ['T', 'unknown', 'A', 'beta', 'V'];
const oddities = fc.constantFrom(Number.NaN, Infinity, -Infinity, -1, -0, 0, Number.MAX_VALUE);
const aroundNow = fc.integer({ min: ingestTimeMs - 100, max: ingestTimeMs + 100 });
const farAhead = fc.integer({ min: ingestTimeMs + 59_990, max: ingestTimeMs + 60_010 });
const row = fc.tuple(
  fc.nat({ max: channelIds.length - 1 }),
  fc.oneof({ weight: 4, arbitrary: aroundNow }, farAhead, oddities),
  fc.oneof({ weight: 4, arbitrary: fc.double() }, oddities),
);

/** What a stream should hold, sample by sample, straight from the rules. */
function expectedOf(definition: StreamDefinition, rows: readonly (readonly [number, number, number])[]): number[][] {
  const good: number[][] = [];
  for (const [id, timeMs, value] of rows) {
    const channel = definition.channels.findIndex((one) => one.id === channelIds[id]);
    const inTime = timeMs >= 0 && timeMs <= ingestTimeMs + definition.maxAheadMs;
    if (channel !== -1 && inTime && Number.isFinite(value)) good.push([channel, timeMs, value]);
  }
  return good;
}

test('every sample arrives in each of its streams, in order, or is a dead letter; and every batch can be encoded', () => {
  const admission = createAdmission('station', definitions);
  fc.assert(
    fc.property(fc.array(row, { maxLength: 60 }), (rows) => {
      const { batches, rejected } = admission.admit(
        {
          channelIds,
          channel: Uint16Array.from(rows, ([id]) => id),
          eventTimeMs: Float64Array.from(rows, ([, timeMs]) => timeMs),
          value: Float64Array.from(rows, ([, , value]) => value),
        },
        ingestTimeMs,
      );
      for (const definition of definitions) {
        const expected = expectedOf(definition, rows);
        const batch = batches.find(({ stream }) => stream === definition.stream);
        const found = Array.from(batch?.channel ?? [], (channel, i) => [
          channel,
          batch!.eventTimeMs[i]!,
          batch!.value[i]!,
        ]);
        assert.deepStrictEqual(found, expected);
        if (batch) assert.deepEqual(decodeTelemetry(encodeTelemetry(batch)), batch);
      }
      const refused = rows.flatMap((one, i) => {
        const mine = definitions.filter(({ channels }) => channels.some(({ id }) => id === channelIds[one[0]]));
        const taken = mine.filter((definition) => expectedOf(definition, [one]).length === 1);
        const always = mine.length === 0 || !(one[1] >= 0) || !Number.isFinite(one[2]);
        return Array.from({ length: always ? 1 : mine.length - taken.length }, () => `sample ${i}`);
      });
      assert.deepEqual(
        rejected.map(({ position }) => position),
        refused,
      );
    }),
    { numRuns: 500 },
  );
});
