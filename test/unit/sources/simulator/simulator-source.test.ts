import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { before, describe, it } from 'node:test';
import type { InjectFaultCommand } from '../../../../pipelines/commands.ts';
import { CupolaError } from '../../../../pipelines/errors.ts';
import type { FaultTruth } from '../../../../pipelines/truth.ts';
import { SimulatorSource } from '../../../../services/sources/simulator/simulator-source.ts';
import type { SimulatorOptions } from '../../../../services/sources/simulator/simulator-source.ts';
import type { SourceChunk } from '../../../../services/sources/source.ts';
import { SettableClock } from '../../../settable-clock.ts';
import { faultCommand } from './fault-command.ts';

const hour = 3_600_000;
const epochMs = Date.UTC(2026, 0, 5);

/** Half an orbit of history and faults right after it, so that little must be generated. */
function source(options: Partial<SimulatorOptions> = {}): SimulatorSource {
  return new SimulatorSource({
    seed: 6,
    clock: new SettableClock(),
    speed: Infinity,
    historyOrbits: 0.5,
    quietMs: 0,
    endAtMs: epochMs + 3 * hour,
    ...options,
  });
}

async function readAll(of: SimulatorSource, position: unknown = null): Promise<SourceChunk[]> {
  const chunks: SourceChunk[] = [];
  for await (const chunk of of.read(position, new AbortController().signal)) chunks.push(chunk);
  return chunks;
}

/** All samples and ticks in their order, and all truth in its own, whatever the portions that they came in. */
function digest(chunks: readonly SourceChunk[]): string {
  const columns = [createHash('sha256'), createHash('sha256'), createHash('sha256')] as const;
  const ticks: [number, number][] = [];
  let count = 0;
  for (const { samples, tickTimeMs } of chunks) {
    if (samples) {
      columns[0].update(samples.channel);
      columns[1].update(samples.eventTimeMs);
      columns[2].update(samples.value);
      count += samples.channel.length;
    }
    if (tickTimeMs !== null) ticks.push([tickTimeMs, count]);
  }
  return JSON.stringify([...columns.map((hash) => hash.digest('hex')), ticks, truthOf(chunks)]);
}

function withoutTicks(chunks: readonly SourceChunk[]): SourceChunk[] {
  return chunks.map((chunk) => ({ ...chunk, tickTimeMs: null }));
}

function truthOf(chunks: readonly SourceChunk[]): FaultTruth[] {
  return chunks.flatMap(({ truth }) => truth);
}

async function next(reader: AsyncIterator<SourceChunk>): Promise<SourceChunk> {
  const { value, done } = await reader.next();
  assert.equal(done, false);
  return value;
}

/** Whether a promise is still pending after everything that is ready has run. */
async function isPending(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  void promise.then(() => (settled = true));
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
  return !settled;
}

describe('the simulator', () => {
  let whole: readonly SourceChunk[];
  before(async () => {
    whole = await readAll(source());
  });

  it('gives the same telemetry for the same seed and another for another', async () => {
    const endAtMs = epochMs + hour;
    const first = digest(await readAll(source({ endAtMs })));
    assert.equal(digest(await readAll(source({ endAtMs }))), first);
    assert.notEqual(digest(await readAll(source({ endAtMs, seed: 7 }))), first);
  });

  it('gives the same telemetry in portions of any size', async () => {
    assert.equal(digest(await readAll(source({ chunkMs: 20_000 }))), digest(whole));
    const [short, long] = [0.2, 1.5].map((historyOrbits) => source({ historyOrbits, faults: false }));
    // The history ticks less often.
    assert.equal(digest(withoutTicks(await readAll(short!))), digest(withoutTicks(await readAll(long!))));
  });

  it('goes on from any position, bit for bit, through JSON', async () => {
    const firstLive = whole.findIndex(({ ingestTimeMs }) => ingestTimeMs > source().historyEndMs);
    const bursts = whole.flatMap(({ samples }, i) =>
      (samples?.channel.length ?? 0) > 1500 && i > firstLive + 40 ? [i] : [],
    );
    assert.ok(bursts.length > 0, 'a loss of signal falls into the run');
    // Stations are kept every 360 steps: right after is where most could be forgotten.
    const steps = whole.map(({ ingestTimeMs }) => (ingestTimeMs - epochMs) / 5000);
    const everywhere = steps.flatMap((step, i) => ([1, 2].includes(step % 360) ? [i] : []));
    const around = bursts.flatMap((i) => [i - 40, i - 1, i]);
    for (const i of [0, ...everywhere, ...around, whole.length - 30]) {
      const position: unknown = JSON.parse(JSON.stringify(whole[i]!.position));
      assert.equal(digest(await readAll(source(), position)), digest(whole.slice(i + 1)), `from chunk ${i}`);
    }
  });

  it('says the truth about each fault once, in the chunk in which it begins', async () => {
    const told = whole.flatMap(({ truth, ingestTimeMs }) => truth.map((fault) => ({ fault, ingestTimeMs })));
    assert.ok(told.length >= 18);
    assert.equal(new Set(told.map(({ fault }) => fault.id)).size, told.length);
    for (const { fault, ingestTimeMs } of told)
      assert.ok(fault.startMs < ingestTimeMs && fault.startMs >= ingestTimeMs - 20_000);
  });

  it('ticks every 20 seconds of its own time, in a loss of signal too, and every 5 minutes of its history', async () => {
    const ticks = whole.flatMap(({ tickTimeMs }) => (tickTimeMs === null ? [] : [tickTimeMs]));
    const historyMs = source().historyEndMs - epochMs;
    const times = Array.from({ length: (3 * hour) / 20_000 }, (_, i) => (i + 1) * 20_000);
    assert.deepEqual(
      ticks.map((timeMs) => timeMs - epochMs),
      times.filter((timeMs) => timeMs > historyMs || timeMs % 300_000 === 0),
    );
  });

  it('never takes a sample of a time that has not come', async () => {
    for (const { samples, ingestTimeMs } of whole)
      assert.ok(samples === null || samples.eventTimeMs.every((time) => time < ingestTimeMs));
  });

  it('injects nothing where faults are off', async () => {
    const chunks = await readAll(source({ faults: false }));
    assert.deepEqual(truthOf(chunks), []);
  });
});

describe('a simulator that is paced', () => {
  it('gives history at once, and then as much as the clock allows', async () => {
    const clock = new SettableClock(1_000_000);
    const paced = source({ clock, speed: 60, quietMs: hour });
    const reader = paced.read(null, new AbortController().signal)[Symbol.asyncIterator]();
    let chunk = await next(reader);
    while (chunk.ingestTimeMs < paced.historyEndMs) chunk = await next(reader);
    for (let i = 1; i <= 5; i++) {
      const waiting = next(reader);
      assert.ok(await isPending(waiting));
      clock.advance(80);
      assert.ok(await isPending(waiting));
      clock.advance(5000 / 60 - 80 + 0.001);
      assert.equal((await waiting).ingestTimeMs, paced.historyEndMs + i * 5000);
    }
    clock.advance(3 * (5000 / 60));
    for (let i = 6; i <= 8; i++) assert.equal((await next(reader)).ingestTimeMs, paced.historyEndMs + i * 5000);
  });

  it('stops before the first fault until it is released, and gives the same telemetry', async () => {
    const held = source({ quietMs: 400_000 });
    const { promise, resolve } = Promise.withResolvers<void>();
    held.holdBeforeFirstFault(promise);
    const chunks: SourceChunk[] = [];
    const reading = (async () => {
      for await (const chunk of held.read(null, new AbortController().signal)) chunks.push(chunk);
    })();
    assert.ok(await isPending(reading));
    assert.equal(chunks.at(-1)!.ingestTimeMs, held.scenario.firstFaultMs);
    assert.deepEqual(truthOf(chunks), []);
    resolve();
    await reading;
    assert.equal(digest(chunks), digest(await readAll(source({ quietMs: 400_000 }))));
  });

  it('ends at once when it is aborted, held or waiting', async () => {
    for (const quietMs of [0, hour]) {
      const paced = source({ speed: 1, quietMs });
      paced.holdBeforeFirstFault(new Promise(() => {}));
      const controller = new AbortController();
      const reading = (async () => {
        for await (const chunk of paced.read(null, controller.signal)) assert.ok(chunk);
      })();
      assert.ok(await isPending(reading));
      controller.abort();
      await reading;
    }
  });
});

function refusesFault(command: InjectFaultCommand, field: string): void {
  assert.throws(
    () => source().injectFault(command),
    (error) =>
      error instanceof CupolaError && error.code === 'CUPOLA_FAULT_IMPOSSIBLE' && error.subject.field === field,
  );
}

describe('a fault by command', () => {
  it('is in the telemetry and in the truth, and survives a restart', async () => {
    const options = { faults: false, endAtMs: epochMs + 1.5 * hour };
    const commanded = source(options);
    commanded.injectFault(faultCommand({}, { notBeforeMs: epochMs + hour }));
    const chunks = await readAll(commanded);
    assert.deepEqual(
      chunks[0]!.truth.map(({ id, startMs, endMs, amplitudeSigma }) => ({ id, startMs, endMs, amplitudeSigma })),
      [{ id: 'commanded-c-1', startMs: epochMs + hour, endMs: epochMs + hour + 600_000, amplitudeSigma: 5 }],
    );
    assert.equal(truthOf(chunks).length, 1);
    assert.notEqual(digest(chunks), digest(await readAll(source(options))));
    for (const i of [20, 150, 300, 320, 400, 500])
      assert.equal(
        digest(await readAll(source(options), JSON.parse(JSON.stringify(chunks[i]!.position)))),
        digest(chunks.slice(i + 1)),
      );
  });

  it('begins so long after the next step, wherever reading went on', async () => {
    const options = { faults: false, historyOrbits: 0 };
    const position = (await readAll(source({ ...options, endAtMs: epochMs + 1000 * 60 }))).at(-1)!.position;
    const running = source(options);
    const reader = running.read(position, new AbortController().signal)[Symbol.asyncIterator]();
    running.injectFault(faultCommand());
    running.injectFault(faultCommand({ startsAfterMs: 30_000 }, { id: 'c-2' }));
    const starts = (await next(reader)).truth.map(({ startMs }) => startMs - epochMs);
    assert.deepEqual(starts, [60_000, 90_000]);
  });

  it('comes once, however often it is asked for, beside another of the same kind and place', async () => {
    const options = { faults: false, historyOrbits: 0, endAtMs: epochMs + 60_000 };
    const asked = source(options);
    for (const id of ['c-1', 'c-1', 'c-2']) asked.injectFault(faultCommand({}, { id }));
    const chunks = await readAll(asked);
    assert.deepEqual(
      truthOf(chunks).map(({ id }) => id),
      ['commanded-c-1', 'commanded-c-2'],
    );
  });

  it('comes no earlier than the history that is there to train on has ended', async () => {
    const young = source({ faults: false });
    young.injectFault(faultCommand());
    const [first] = await readAll(young);
    assert.equal(first!.truth[0]!.startMs, young.historyEndMs);
  });

  it('that is impossible is refused, naming field, value and bound', () => {
    refusesFault(faultCommand({}, { stream: 'cooling' }), 'stream');
    refusesFault(faultCommand({ channelId: 'NODE3000005' }), 'channelId');
    refusesFault(faultCommand({ channelId: 'USLAB000064' }), 'channelId');
    refusesFault(faultCommand({ kind: 'leak' }), 'channelId');
    refusesFault(faultCommand({ kind: 'leak' }, { stream: 'attitude' }), 'kind');
    refusesFault(faultCommand({ durationMs: 0 }), 'durationMs');
    refusesFault(faultCommand({ kind: 'spike' }), 'durationMs');
    refusesFault(faultCommand({ startsAfterMs: -1 }), 'startsAfterMs');
    refusesFault(faultCommand({ amplitudeSigma: null }), 'amplitudeSigma');
    refusesFault(faultCommand({ amplitudeSigma: 1000 }), 'amplitudeSigma');
    refusesFault(faultCommand({ kind: 'stuck' }), 'amplitudeSigma');
  });

  it('of every kind that is said to be possible gives numbers, as strong and as short as can be', async () => {
    const options = { faults: false, lossOfSignal: false, historyOrbits: 0, endAtMs: epochMs + 120_000 };
    const extreme = source(options);
    for (const [stream, faults] of extreme.possibleFaults)
      for (const { kind, channelIds, amplitudeSigma, durationMs } of faults)
        for (const channelId of channelIds)
          extreme.injectFault(
            faultCommand(
              { kind, channelId, amplitudeSigma: amplitudeSigma?.max ?? null, durationMs: durationMs.min },
              { stream, id: `${kind}/${channelId}` },
            ),
          );
    for (const { samples } of await readAll(extreme)) assert.ok(samples?.value.every(Number.isFinite) ?? true);
  });
});

describe('a scenario', () => {
  it('that is not the one that a position belongs to is refused', async () => {
    const [chunk] = await readAll(source({ endAtMs: epochMs + 60_000 }));
    await assert.rejects(
      readAll(source({ seed: 8 }), chunk!.position),
      (error) =>
        error instanceof CupolaError &&
        error.code === 'CUPOLA_SCENARIO_CHANGED' &&
        error.subject.field === 'simulator.seed',
    );
  });

  it('with chunks, ticks or an epoch that do not fit the grid is refused', () => {
    for (const options of [{ chunkMs: 7000 }, { tickIntervalMs: 0 }, { epochMs: 1 }, { seed: -1 }])
      assert.throws(
        () => source(options),
        (error) => error instanceof CupolaError && error.code === 'CUPOLA_CONFIG_INVALID',
      );
  });
});
