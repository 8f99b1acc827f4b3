import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Recording } from '../../pipelines/evaluation/datasets/recording.ts';
import { streamDefinitionSchema } from '../../pipelines/telemetry/stream-definition.ts';
import { ReplaySource } from '../../services/sources/replay.ts';
import type { SourceChunk } from '../../services/sources/source.ts';
import { SettableClock } from '../settable-clock.ts';

const intervalMs = 10;
const staleAfterMs = 50;
const lateByMs = 15;

/** Rows with steps forward, at times long ones, and at times back. */
function recording(stream: string): fc.Arbitrary<Recording> {
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.nat({ max: 15 }) },
    { weight: 1, arbitrary: fc.constantFrom(staleAfterMs, staleAfterMs + 1) },
    { weight: 1, arbitrary: fc.integer({ min: 45, max: 300 }) },
    { weight: 1, arbitrary: fc.integer({ min: -lateByMs, max: -1 }) },
  );
  return fc
    .record({
      startMs: fc.integer({ min: 1000, max: 1200 }),
      steps: fc.array(step, { maxLength: 40 }),
      channels: fc.integer({ min: 1, max: 3 }),
      rejectedBefore: fc.array(fc.nat({ max: 45 }), { maxLength: 4 }),
    })
    .map(({ startMs, steps, channels, rejectedBefore }) => {
      const timeMs = Float64Array.from([startMs, ...steps]);
      for (let row = 1; row < timeMs.length; row++) timeMs[row]! += timeMs[row - 1]!;
      const beforeRows = rejectedBefore.map((row) => Math.min(row, timeMs.length)).sort((a, b) => a - b);
      return {
        definition: definition(stream, channels),
        timeMs,
        values: Float64Array.from({ length: timeMs.length * channels }, (_, i) => i),
        rejected: beforeRows.map((beforeRow, i) => rejectedLine(beforeRow, `${stream} ${i}`)),
      };
    });
}

function rejectedLine(beforeRow: number, position: string): Recording['rejected'][number] {
  return { reason: 'undecodable', detail: '', bytes: new Uint8Array(), beforeRow, position };
}

function definition(stream: string, channels: number): Recording['definition'] {
  return streamDefinitionSchema.parse({
    stream,
    name: stream,
    source: 'elsewhere',
    intervalMs,
    windowLengthMs: intervalMs,
    strideMs: intervalMs,
    staleAfterMs,
    outOfOrdernessMs: lateByMs,
    warmUpMs: intervalMs,
    channels: Array.from({ length: channels }, (_, c) => ({ id: `${stream}/${c}`, name: 'C', kind: 'real' })),
  });
}

const recordings = fc
  .integer({ min: 1, max: 3 })
  .chain((count) => fc.tuple(...['a', 'b', 'c'].slice(0, count).map((stream) => recording(stream))));
const maxChunkSamples = fc.constantFrom(1, 2, 5, 1000);

async function chunksOf(
  recordings: readonly Recording[],
  maxChunkSamples: number,
  position: unknown = null,
): Promise<SourceChunk[]> {
  const source = new ReplaySource({ name: 'r', recordings, speed: null, clock: new SettableClock(), maxChunkSamples });
  const chunks: SourceChunk[] = [];
  for await (const chunk of source.read(position, new AbortController().signal)) chunks.push(chunk);
  return chunks;
}

test('every recorded sample comes once, in its stream’s order, and so does everything rejected', async () => {
  await fc.assert(
    fc.asyncProperty(recordings, maxChunkSamples, async (recordings, maxChunkSamples) => {
      const chunks = await chunksOf(recordings, maxChunkSamples);
      const came = chunks.flatMap(({ samples }) => (samples ? samplesOf(samples) : []));
      for (const { definition, timeMs, values, rejected } of recordings) {
        const { stream, channels } = definition;
        const expected = Array.from(values, (value, i) => ({
          id: `${stream}/${i % channels.length}`,
          timeMs: timeMs[Math.floor(i / channels.length)],
          value,
        }));
        assert.deepEqual(
          came.filter(({ id }) => id.startsWith(stream)),
          expected,
        );
        const letters = chunks.flatMap((chunk) => chunk.rejected).filter(({ position }) => position.startsWith(stream));
        assert.deepEqual(
          letters.map(({ position }) => position),
          rejected.map(({ position }) => position),
        );
      }
    }),
  );
});

function samplesOf(samples: NonNullable<SourceChunk['samples']>): { id: string; timeMs: number; value: number }[] {
  return Array.from(samples.channel, (channel, i) => ({
    id: samples.channelIds[channel]!,
    timeMs: samples.eventTimeMs[i]!,
    value: samples.value[i]!,
  }));
}

test('a replay that goes on from any position gives what it would have given', async () => {
  await fc.assert(
    fc.asyncProperty(recordings, maxChunkSamples, fc.nat(), async (recordings, maxChunkSamples, at) => {
      const whole = await chunksOf(recordings, maxChunkSamples);
      const cut = at % whole.length;
      const position: unknown = JSON.parse(JSON.stringify(whole[cut]!.position));
      assert.deepEqual(await chunksOf(recordings, maxChunkSamples, position), whole.slice(cut + 1));
    }),
  );
});

test('it ticks at every interval, save for all but the first and the last of a long silence', async () => {
  await fc.assert(
    fc.asyncProperty(recordings, maxChunkSamples, async (recordings, maxChunkSamples) => {
      const ticks = (await chunksOf(recordings, maxChunkSamples)).flatMap(({ tickTimeMs }) => tickTimeMs ?? []);
      assert.deepEqual(ticks, expectedTicks(recordings.flatMap(arrivalTimesMs)));
    }),
  );
});

/** A row comes when the source's time has reached it: one with an earlier event time comes with the row before. */
function arrivalTimesMs({ timeMs }: Recording): number[] {
  return Array.from(timeMs, (_, row) => Math.max(...timeMs.subarray(0, row + 1)));
}

/** The multiples of the interval from just after the first time until the last row's cell is over, but for silences. */
function expectedTicks(timesMs: readonly number[]): number[] {
  const times = [...timesMs].sort((a, b) => a - b);
  const endMs = Math.floor(times.at(-1)! / intervalMs) * intervalMs + intervalMs + lateByMs;
  const ticks: number[] = [];
  for (let tick = Math.floor(times[0]! / intervalMs) * intervalMs; tick < endMs;) ticks.push((tick += intervalMs));
  return ticks.filter((tick) => {
    const before = times.findLast((time) => time < tick)!;
    const after = times.find((time) => time >= tick);
    if (after === undefined || after - before <= staleAfterMs) return true;
    return tick - intervalMs <= before || tick + intervalMs > after;
  });
}

test('a chunk holds rows from before its tick, not late by more than the recording is, and no more than asked for', async () => {
  await fc.assert(
    fc.asyncProperty(recordings, maxChunkSamples, async (recordings, maxChunkSamples) => {
      let tickTimeMs = -Infinity;
      const highest = new Map<string, number>();
      for (const chunk of await chunksOf(recordings, maxChunkSamples)) {
        const samples = chunk.samples ? samplesOf(chunk.samples) : [];
        assert.ok(samples.length <= Math.max(maxChunkSamples, 3));
        for (const { id, timeMs } of samples) {
          assert.ok(timeMs < chunk.ingestTimeMs);
          if (timeMs >= (highest.get(id) ?? -Infinity))
            assert.ok(timeMs >= tickTimeMs, 'in order, so after the last tick');
          highest.set(id, Math.max(timeMs, highest.get(id) ?? timeMs));
        }
        tickTimeMs = chunk.tickTimeMs ?? tickTimeMs;
      }
    }),
  );
});
