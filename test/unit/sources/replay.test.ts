import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CupolaError } from '../../../pipelines/errors.ts';
import { issUrineTank } from '../../../pipelines/evaluation/datasets/iss.ts';
import type { Recording } from '../../../pipelines/evaluation/datasets/recording.ts';
import { SeededRandom } from '../../../pipelines/random.ts';
import { createAdmission } from '../../../pipelines/telemetry/admission.ts';
import { StreamWindower } from '../../../pipelines/windowing/stream-windower.ts';
import { ReplaySource } from '../../../services/sources/replay.ts';
import { SettableClock } from '../../settable-clock.ts';

const minute = 60_000;
const hour = 60 * minute;

/** A log like the urine tank's: flickering within the same second, then silences of which some are over an hour. */
function tankLog(readings: number): { recording: Recording; silences: number } {
  const random = new SeededRandom(3);
  const lines: string[] = [];
  let silences = 0;
  let timeMs = Date.UTC(2024, 11, 26, 2, 26, 41);
  for (let i = 0; i < readings; i++) {
    lines.push(`${new Date(timeMs).toISOString().slice(0, 19).replace('T', ' ')}, ${12 + (i % 2)}`);
    const silent = random.uniform() < 0.02;
    const stepMs = silent ? Math.round(random.between(0.2, 30) * 3600) * 1000 : random.below(3) * 1000;
    if (stepMs > hour) silences++;
    timeMs += stepMs;
  }
  // The last step leads nowhere.
  if (timeMs - hour > Date.parse(`${lines.at(-1)!.slice(0, 19).replace(' ', 'T')}Z`)) silences--;
  const files = new Map([['urine_tank_NODE3000005_log.csv', new TextEncoder().encode(lines.join('\n'))]]);
  return { recording: issUrineTank.decode('NODE3000005', files, {}).recording, silences };
}

function replay(recording: Recording, speed: number | null, clock = new SettableClock()): ReplaySource {
  return new ReplaySource({ name: 'tank', recordings: [recording], speed, clock });
}

test('an event-driven log goes through to the windows: no reading lost or late, every silence of over an hour told', async () => {
  const { recording, silences } = tankLog(10_000);
  const source = replay(recording, null);
  const definitions = await source.definitions();
  const admission = createAdmission('tank', definitions);
  const windower = new StreamWindower(definitions[0]!);
  const told = { readings: 0, stale: 0, resumed: 0, late: 0 };
  const sink = {
    window: () => {},
    gap: () => {},
    stale: () => told.stale++,
    resumed: () => told.resumed++,
    late: () => told.late++,
  };
  for await (const chunk of source.read(null, new AbortController().signal)) {
    const batches = chunk.samples ? admission.admit(chunk.samples, chunk.ingestTimeMs).batches : [];
    for (const batch of batches) {
      told.readings += batch.value.length;
      windower.push(batch, sink);
    }
    if (chunk.tickTimeMs !== null) windower.tick(chunk.tickTimeMs, sink);
  }
  assert.ok(silences > 100);
  assert.deepEqual(told, { readings: 10_000, stale: silences, resumed: silences, late: 0 });
});

test('the definitions name the replay as their source, since its ticks move them', async () => {
  const { recording } = tankLog(10);
  const [definition] = await replay(recording, null).definitions();
  assert.equal(definition!.source, 'tank');
});

/** Lets everything that is ready run. */
const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

function altitude(rows: number): Recording {
  const { recording } = tankLog(1);
  return {
    ...recording,
    timeMs: Float64Array.from({ length: rows }, (_, row) => row * minute),
    values: new Float64Array(rows),
  };
}

test('at 60 times the speed a minute takes a second, and late consumers are not made to wait', async () => {
  const clock = new SettableClock(5_000_000);
  const ticks: number[] = [];
  const reading = (async () => {
    const chunks = replay(altitude(6), 60, clock).read(null, new AbortController().signal);
    for await (const { tickTimeMs } of chunks) ticks.push(tickTimeMs! / minute);
  })();
  await settle();
  assert.deepEqual(ticks, [1], 'the first chunk comes at once');
  clock.advance(999);
  await settle();
  assert.deepEqual(ticks, [1]);
  clock.advance(1);
  await settle();
  assert.deepEqual(ticks, [1, 2]);
  clock.advance(3000);
  await settle();
  assert.deepEqual(ticks, [1, 2, 3, 4, 5]);
  clock.advance(1000);
  await reading;
  assert.deepEqual(ticks, [1, 2, 3, 4, 5, 6]);
});

test('an aborted replay ends while it waits and hands out nothing more', async () => {
  const stopping = new AbortController();
  let chunks = 0;
  const reading = (async () => {
    for await (const _ of replay(altitude(6), 1).read(null, stopping.signal)) chunks++;
  })();
  await settle();
  stopping.abort();
  await reading;
  assert.equal(chunks, 1);
});

for (const [what, position, message] of [
  ['beyond the last row', { nextRow: { 'urine-tank': 7 }, tickTimeMs: 0 }, /urine-tank is 7, must be at most 6/],
  ['in another data set', { nextRow: { 'P-3': 1 }, tickTimeMs: 0 }, /urine-tank is undefined, must be at most 6/],
  ['of another source', { second: 12 }, /position is \{"second":12\}, must be one that a replay gave/],
] as const) {
  test(`a position ${what} is refused`, async () => {
    const chunks = replay(altitude(6), null).read(position, new AbortController().signal);
    await assert.rejects(chunks[Symbol.asyncIterator]().next(), (error) => {
      assert.ok(error instanceof CupolaError);
      assert.equal(error.code, 'CUPOLA_DATASET_INVALID');
      assert.match(error.message, message);
      return true;
    });
  });
}
