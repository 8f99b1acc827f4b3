import assert from 'node:assert/strict';
import { after as afterAll, before, describe, it } from 'node:test';
import type { AnomalyEvent } from '../../pipelines/alarms/anomaly-event.ts';
import { CupolaError } from '../../pipelines/errors.ts';
import type { HistoryBatch, HistorySeries, HistoryStore, TimeRange } from '../../pipelines/ports.ts';
import { SeededRandom } from '../../pipelines/random.ts';
import type { ScoreEvent, WindowScore } from '../../pipelines/scoring/score-event.ts';
import type { SampleBatch } from '../../pipelines/telemetry/sample-batch.ts';
import { streamDefinitionSchema } from '../../pipelines/telemetry/stream-definition.ts';
import type { StreamDefinition } from '../../pipelines/telemetry/stream-definition.ts';

/** What an adapter brings to be tested. */
export interface HistoryStoreHarness {
  /** Another store on the same storage, which is empty at first; the suite closes it. */
  open(): Promise<HistoryStore>;
  dispose(): Promise<void>;
}

const hourMs = 3_600_000;
/** Where the suite's telemetry begins: not at a whole hour. */
const epochMs = 1_700_000_123_000;
const always: TimeRange = { fromMs: -Infinity, toMs: Infinity };

/** The laws that every HistoryStore keeps; `makeHarness` is called once. */
export function historyStoreConformance(adapter: string, makeHarness: () => Promise<HistoryStoreHarness>): void {
  describe(`HistoryStore: ${adapter}`, () => {
    let harness: HistoryStoreHarness;
    let history: HistoryStore;
    let names = 0;
    let offset = 0;
    const opened: HistoryStore[] = [];

    const open = async (): Promise<HistoryStore> => {
      const another = await harness.open();
      opened.push(another);
      return another;
    };
    /** Closes all, so that nothing is left in memory, and opens another. */
    const reopen = async (): Promise<void> => {
      for (const store of opened.splice(0)) await store.close();
      history = await open();
    };
    /** The store as it is, and then with all that it may have kept in memory gone. */
    async function* nowAndReopened(): AsyncGenerator<HistoryStore> {
      yield history;
      await reopen();
      yield history;
    }
    /** A stream that nothing was written of. */
    const newStream = (): string => `stream-${names++}`;
    const write = (batch: Partial<HistoryBatch>): Promise<void> =>
      history.write({
        position: { topic: 'topic', partition: 0, nextOffset: ++offset },
        definitions: [],
        samples: [],
        scores: [],
        anomalies: [],
        ...batch,
      });

    before(async () => {
      harness = await makeHarness();
      history = await open();
    });
    afterAll(async () => {
      for (const store of opened) await store.close();
      await harness.dispose();
    });

    describe('positions', () => {
      it('are stored with what was written up to them, by topic and partition', async () => {
        assert.equal(await history.position('positions', 3), null);
        await write({ position: { topic: 'positions', partition: 3, nextOffset: 17 } });
        for await (const store of nowAndReopened()) {
          assert.equal(await store.position('positions', 3), 17);
          assert.equal(await store.position('positions', 2), null);
          assert.equal(await store.position('other', 3), null);
        }
      });

      it('make a batch at or before them count for nothing, whatever it holds', async () => {
        const stream = newStream();
        const at = { topic: 'again', partition: 0 };
        await write({ position: { ...at, nextOffset: 5 }, samples: [samples(stream, [[0, 0, 1]])] });
        for (const nextOffset of [5, 4, 1]) {
          const again = { samples: [samples(stream, [[0, 0, 2]])], anomalies: [anomaly(stream, 0, 1)] };
          await write({ position: { ...at, nextOffset }, ...again });
        }
        assert.deepEqual(plain(await history.samples(stream, 1, always)), [[0, 0, 1]]);
        assert.deepEqual(await history.anomalies(stream, always, 10), []);
        assert.equal(await history.position('again', 0), 5);
      });
    });

    describe('samples', () => {
      it('of what was never written are none', async () => {
        assert.deepEqual(plain(await history.samples('never', 1, always)), []);
        assert.equal(await history.extent('never'), null);
        for (const kind of ['telemetry', 'reconstruction'] as const)
          assert.deepEqual(points(await history.series(kind, 'never', 'a', always, 10)), []);
        assert.deepEqual(points(await history.scoreSeries('never', always, 10)), []);
        assert.deepEqual(await history.scoreEvents('never', always, 10), []);
        assert.deepEqual(await history.anomalies('never', always, 10), []);
      });

      it('come back bit for bit, ascending, from a half-open range', async () => {
        const stream = newStream();
        const values = [0.1, -0, 5e-324, -1.7976931348623157e308, 1 / 3];
        const written = values.map((value, i) => [i % 2, i * 10, value] as const);
        await write({ samples: [samples(stream, written)] });
        assert.deepEqual(plain(await history.samples(stream, 1, always)), written);
        const range = after(10, 30);
        assert.deepEqual(plain(await history.samples(stream, 1, range)), written.slice(1, 3));
        const { stream: name, definitionVersion, type } = await history.samples(stream, 1, range);
        assert.deepEqual([type, name, definitionVersion], ['samples', stream, 1]);
      });

      it('of the same channel and time are the one written last, within a batch and across them', async () => {
        const stream = newStream();
        const first = samples(stream, [
          [0, 0, 1],
          [0, 0, 2],
          [1, 0, 3],
        ]);
        await write({ samples: [first, samples(stream, [[0, 0, 4]])] });
        assert.deepEqual(plain(await history.samples(stream, 1, always)), [
          [0, 0, 4],
          [1, 0, 3],
        ]);
        await write({ samples: [samples(stream, [[1, 0, 5]])] });
        assert.deepEqual(plain(await history.samples(stream, 1, always)), [
          [0, 0, 4],
          [1, 0, 5],
        ]);
      });

      it('of other versions and other streams stand apart', async () => {
        const [stream, other] = [newStream(), newStream()];
        await write({ samples: [samples(stream, [[0, 0, 1]]), samples(stream, [[0, 0, 2]], 2)] });
        await write({ samples: [samples(other, [[0, 0, 3]])] });
        assert.deepEqual(plain(await history.samples(stream, 1, always)), [[0, 0, 1]]);
        assert.deepEqual(plain(await history.samples(stream, 2, always)), [[0, 0, 2]]);
        assert.deepEqual(plain(await history.samples(other, 1, always)), [[0, 0, 3]]);
      });

      it('equal a plain list of what was written: late, doubled, in bulk and drop by drop, and opened again', async () => {
        const random = SeededRandom.for(7, 'history samples');
        const stream = newStream();
        const reference = new Map<string, Sample>();
        for (let round = 0; round < 200; round++) {
          const bulk = round % 50 === 49;
          const count = bulk ? 6000 : 1 + random.below(40);
          const fromMs = round * 60_000 - (random.below(10) === 0 ? random.below(10) * hourMs : 0);
          const batch = Array.from({ length: count }, (): Sample => {
            const timeMs = fromMs + 500 * random.below(bulk ? 50_000 : 200);
            return [random.below(3), timeMs, random.normal()];
          });
          for (const sample of batch) reference.set(`${sample[0]}/${sample[1]}`, sample);
          await write({ samples: [samples(stream, batch)] });
          if (random.below(40) === 0) await reopen();
        }
        const expected = [...reference.values()].sort((a, b) => a[1] - b[1] || a[0] - b[0]);
        for await (const store of nowAndReopened()) {
          assert.deepEqual(plain(await store.samples(stream, 1, always)), expected);
          for (let i = 0; i < 20; i++) {
            const fromMs = random.below(200) * 60_000;
            const toMs = fromMs + 1 + random.below(3 * hourMs);
            const some = await store.samples(stream, 1, after(fromMs, toMs));
            assert.deepEqual(
              plain(some),
              expected.filter(([, timeMs]) => timeMs >= fromMs && timeMs < toMs),
            );
          }
          const times = expected.map(([, timeMs]) => epochMs + timeMs);
          assert.deepEqual(await store.extent(stream), { fromMs: times[0], toMs: times.at(-1)! + 1 });
        }
      });
    });

    describe('series', () => {
      it('are exact where they have no more points than asked', async () => {
        const stream = newStream();
        const values = [3, -1, 4, 1.5, -9];
        await write({
          definitions: [definition(stream)],
          samples: [
            samples(
              stream,
              values.map((value, i) => [1, i * 1000, value]),
            ),
          ],
        });
        const expected = values.map((value, i) => [i * 1000, value, value]);
        for (const maxPoints of [5, 100])
          assert.deepEqual(points(await history.series('telemetry', stream, 'b', always, maxPoints)), expected);
        const range = after(1000, 3000);
        assert.deepEqual(points(await history.series('telemetry', stream, 'b', range, 5)), expected.slice(1, 3));
        assert.deepEqual(points(await history.series('telemetry', stream, 'a', always, 5)), []);
        assert.deepEqual(points(await history.series('telemetry', stream, 'nameless', always, 5)), []);
      });

      it('keep the least and the greatest value of every part where they have more', async () => {
        const random = SeededRandom.for(8, 'history series');
        const stream = newStream();
        const values = Array.from({ length: 5000 }, () => random.normal());
        await write({
          definitions: [definition(stream)],
          samples: [
            samples(
              stream,
              values.map((value, i) => [0, i * 1000, value]),
            ),
          ],
        });
        const range = after(0, 5_000_000);
        for (const maxPoints of [1, 7, 100, 999]) {
          const series = await history.series('telemetry', stream, 'a', range, maxPoints);
          const found = points(series);
          assert.ok(found.length <= maxPoints && found.length > maxPoints / 2);
          const partMs = 5_000_000 / maxPoints;
          for (const [timeMs, min, max] of found) {
            const part = Math.floor(timeMs / partMs);
            const own = values.filter((_, i) => Math.floor((i * 1000) / partMs) === part);
            assert.deepEqual([min, max], [Math.min(...own), Math.max(...own)]);
          }
          assert.ok(found.every(([timeMs], i) => i === 0 || timeMs > found[i - 1]![0]));
        }
        const all = points(await history.series('telemetry', stream, 'a', always, 10));
        assert.equal(Math.max(...all.map(([, , max]) => max)), Math.max(...values));
      });

      it('are empty until their definition is known, and then whole', async () => {
        const stream = newStream();
        await write({ samples: [samples(stream, [[2, 0, 1]])], scores: [score(stream, 0)] });
        for (const kind of ['telemetry', 'reconstruction'] as const)
          assert.deepEqual(points(await history.series(kind, stream, 'c', always, 10)), []);
        await write({ definitions: [definition(stream)] });
        for await (const store of nowAndReopened()) {
          assert.equal(points(await store.series('telemetry', stream, 'c', always, 10)).length, 1);
          assert.equal(points(await store.series('reconstruction', stream, 'c', always, 10)).length, 2);
        }
      });

      it('go on through the versions of a definition, wherever the channel stands in each', async () => {
        const stream = newStream();
        await write({
          definitions: [definition(stream), definition(stream, 2, ['c', 'a'])],
          samples: [samples(stream, [[2, 0, 1]]), samples(stream, [[0, 1000, 2]], 2)],
        });
        assert.deepEqual(points(await history.series('telemetry', stream, 'c', always, 10)), [
          [0, 1, 1],
          [1000, 2, 2],
        ]);
      });

      it('of reconstructions have the rows of each newest stride, up to its window’s end', async () => {
        const stream = newStream();
        const scores = [0, 1, 2].map((i) =>
          score(stream, i * 2000, { reconstruction: [10 * i, 0.5, 10 * i + 1, 0.25] }),
        );
        await write({ definitions: [definition(stream)], scores: scores.slice(0, 2) });
        await write({ scores: scores.slice(2) });
        const a = points(await history.series('reconstruction', stream, 'a', always, 100));
        assert.deepEqual(
          a.map(([timeMs, value]) => [timeMs, value]),
          [
            [6000, 0],
            [7000, 1],
            [8000, 10],
            [9000, 11],
            [10_000, 20],
            [11_000, 21],
          ],
        );
        const range = after(7000, 10_000);
        const c = points(await history.series('reconstruction', stream, 'c', range, 100));
        assert.deepEqual(
          c.map(([timeMs, value]) => [timeMs, value]),
          [
            [7000, 0.25],
            [8000, 0.5],
            [9000, 0.25],
          ],
        );
        assert.deepEqual(points(await history.series('reconstruction', stream, 'b', always, 100)), [], 'b is context');
      });

      it('pass over what is not a number', async () => {
        const stream = newStream();
        const reconstruction = [NaN, 1, 2, NaN];
        await write({ definitions: [definition(stream)], scores: [score(stream, 0, { reconstruction })] });
        assert.deepEqual(points(await history.series('reconstruction', stream, 'a', always, 10)), [[7000, 2, 2]]);
      });

      it('of scores stand at window ends, with or without a definition', async () => {
        const stream = newStream();
        const scores = Array.from({ length: 100 }, (_, i) => score(stream, i * 2000, { anomalyScore: i % 10 }));
        for (const each of scores) await write({ scores: [each] });
        const range = after(8000, 12_000);
        assert.deepEqual(points(await history.scoreSeries(stream, range, 10)), [
          [8000, 0, 0],
          [10_000, 1, 1],
        ]);
        const coarse = points(await history.scoreSeries(stream, after(0, 208_000), 5));
        assert.ok(coarse.length <= 5 && coarse.every(([, min, max]) => min === 0 && max === 9));
      });
    });

    describe('score events', () => {
      it('come back as they were, ascending, but for watermarks', async () => {
        const stream = newStream();
        const common = { stream, definitionVersion: 1 };
        const events: ScoreEvent[] = [
          { type: 'warm-up', ...common, windowStartMs: epochMs, remainingMs: 5000 },
          { type: 'watermark', ...common, watermarkMs: epochMs + 1 },
          score(stream, 0, { latent: Float32Array.of(1, 2.5), backfill: true }),
          { type: 'stale', ...common, channelId: 'a', lastObservedMs: epochMs + 9000 },
          { type: 'gap', ...common, firstWindowStartMs: epochMs + 10_000, windows: 3, missingShare: 0.5 },
          { type: 'resumed', ...common, channelId: 'a', lastObservedMs: epochMs + 9000, resumedMs: epochMs + 20_000 },
        ];
        await write({ definitions: [definition(stream)], scores: events });
        const kept = events.filter(({ type }) => type !== 'watermark');
        for await (const store of nowAndReopened()) assert.deepEqual(await store.scoreEvents(stream, always, 10), kept);
        assert.deepEqual(await history.scoreEvents(stream, always, 2), kept.slice(-2));
        assert.deepEqual(await history.scoreEvents(stream, always, 0), []);
      });

      it('are those whose window, run of windows or instant meets the range', async () => {
        const stream = newStream();
        const gap = {
          type: 'gap',
          stream,
          definitionVersion: 1,
          firstWindowStartMs: epochMs + 20_000,
          windows: 3,
          missingShare: 1,
        } as const;
        const scores = [0, 2000, 4000].map((startMs) => score(stream, startMs));
        await write({ definitions: [definition(stream)], scores: [...scores, gap] });
        const starts = async (fromMs: number, toMs: number): Promise<number[]> => {
          const range = after(fromMs, toMs);
          const events = await history.scoreEvents(stream, range, 10);
          return events.map(
            (event) => (event.type === 'score' ? event.windowStartMs : gap.firstWindowStartMs) - epochMs,
          );
        };
        assert.deepEqual(await starts(0, 1), [0]);
        assert.deepEqual(await starts(0, 2000), [0]);
        assert.deepEqual(await starts(7999, 8000), [0, 2000, 4000]);
        assert.deepEqual(await starts(8000, 8001), [2000, 4000]);
        assert.deepEqual(await starts(12_000, 20_000), []);
        assert.deepEqual(await starts(31_999, 40_000), [20_000]);
        assert.deepEqual(await starts(32_000, 40_000), []);
      });

      it('are found among very many', async () => {
        const stream = newStream();
        const scores = Array.from({ length: 2000 }, (_, i) => score(stream, i * 2000));
        await write({ definitions: [definition(stream)], scores });
        const range = after(1_000_000, 1_002_000);
        const found = await history.scoreEvents(stream, range, 100);
        assert.deepEqual(
          found.map((event) => event.type === 'score' && event.windowStartMs - epochMs),
          [994_000, 996_000, 998_000, 1_000_000],
        );
      });
    });

    describe('anomalies', () => {
      it('are in their newest state, by id', async () => {
        const stream = newStream();
        const opened = anomaly(stream, 0, 1000);
        await write({ anomalies: [opened] });
        assert.deepEqual(await history.anomalies(stream, always, 10), [opened]);
        const closed: AnomalyEvent = { ...opened, type: 'closed', endMs: epochMs + 5000, peakScore: 9 };
        await write({ anomalies: [{ ...opened, type: 'extended' }, closed] });
        for await (const store of nowAndReopened())
          assert.deepEqual(await store.anomalies(stream, always, 10), [closed]);
      });

      it('are those that meet the range, ascending, the newest where there are too many', async () => {
        const stream = newStream();
        const all = [0, 1000, 2000, 3000].map((startMs) => anomaly(stream, startMs, startMs + 500));
        await write({ anomalies: [all[2]!, all[0]!, all[3]!, all[1]!] });
        assert.deepEqual(await history.anomalies(stream, always, 10), all);
        assert.deepEqual(await history.anomalies(stream, always, 2), all.slice(2));
        assert.deepEqual(await history.anomalies(stream, after(499, 1001), 10), all.slice(0, 2));
        assert.deepEqual(await history.anomalies(stream, after(500, 1000), 10), []);
      });

      it('of all streams are found together', async () => {
        const [one, other] = [newStream(), newStream()];
        const far = after(1e12, 1e12 + 100);
        const all = [anomaly(one, 1e12, 1e12 + 10), anomaly(other, 1e12 + 5, 1e12 + 10)];
        await write({ anomalies: all });
        assert.deepEqual(await history.anomalies(null, far, 10), all);
        assert.deepEqual(await history.anomalies(other, far, 10), all.slice(1));
      });
    });

    describe('keeping', () => {
      it('forgets what is wholly before a time, and nothing else', async () => {
        const stream = newStream();
        const times = Array.from({ length: 500 }, (_, i) => i * 60_000);
        const spans = [0, 1, 2, 3].map((i) => anomaly(stream, i * hourMs, (i + 1) * hourMs));
        const scores = times.map((startMs) => score(stream, startMs));
        const gap = { type: 'gap', stream, definitionVersion: 1, missingShare: 1 } as const;
        const gaps = [
          { ...gap, firstWindowStartMs: epochMs, windows: 1 },
          { ...gap, firstWindowStartMs: epochMs + 1, windows: 1_000_000 },
        ];
        await write({
          definitions: [definition(stream)],
          samples: times.map((timeMs) => samples(stream, [[0, timeMs, timeMs]])),
          scores: [...gaps, ...scores],
          anomalies: spans,
        });
        const beforeMs = 2 * hourMs + 60_000;
        await history.forget(epochMs + beforeMs);
        const left = times.filter((timeMs) => timeMs >= beforeMs);
        const windowsLeft = times.filter((startMs) => startMs + 8000 > beforeMs);
        for await (const store of nowAndReopened()) {
          const found = await store.samples(stream, 1, always);
          assert.deepEqual(
            plain(found).map(([, timeMs]) => timeMs),
            left,
          );
          assert.deepEqual(await store.extent(stream), after(left[0]!, times.at(-1)! + 1));
          assert.equal(points(await store.series('telemetry', stream, 'a', always, 1000)).length, left.length);
          assert.equal(points(await store.scoreSeries(stream, always, 1000)).length, windowsLeft.length);
          const rows = points(await store.series('reconstruction', stream, 'a', always, 2000));
          assert.equal(rows.length, 2 * windowsLeft.length);
          const events = await store.scoreEvents(stream, always, 1000);
          assert.deepEqual(
            events.map((event) => (event.type === 'score' ? event.windowStartMs : event.type)),
            ['gap', ...windowsLeft.map((startMs) => epochMs + startMs)],
          );
          assert.deepEqual(await store.anomalies(stream, always, 10), spans.slice(2));
        }
        assert.ok((await history.position('topic', 0))! > 0, 'positions are not forgotten');
        await history.forget(epochMs + 1e9);
        assert.equal(await history.extent(stream), null);
      });

      it('what is late for what was forgotten is found again', async () => {
        const stream = newStream();
        await write({ samples: [samples(stream, [[0, 0, 1]])] });
        await history.forget(epochMs + hourMs);
        await write({ samples: [samples(stream, [[0, 10, 2]])] });
        assert.deepEqual(plain(await history.samples(stream, 1, always)), [[0, 10, 2]]);
      });

      it('what was written is there when all was closed and is opened again', async () => {
        const stream = newStream();
        const settled = Array.from({ length: 10_000 }, (_, i) => [i % 3, i * 100, i] as const);
        await write({
          definitions: [definition(stream)],
          samples: [samples(stream, settled)],
          scores: [score(stream, 0)],
        });
        const late = [0, 50, -1] as const;
        await write({ samples: [samples(stream, [late])], anomalies: [anomaly(stream, 0, 1000)] });
        await reopen();
        assert.equal(await history.position('topic', 0), offset);
        assert.deepEqual(plain(await history.samples(stream, 1, always)), [settled[0]!, late, ...settled.slice(1)]);
        assert.deepEqual(await history.extent(stream), after(0, 999_901));
        assert.deepEqual(points(await history.series('reconstruction', stream, 'c', always, 10)).length, 2);
        assert.deepEqual(await history.scoreEvents(stream, always, 10), [score(stream, 0)]);
        assert.deepEqual(await history.anomalies(stream, always, 10), [anomaly(stream, 0, 1000)]);
      });

      it('a closed store refuses everything', async () => {
        const closing = await open();
        await closing.close();
        await closing.close();
        const uses = [
          () => closing.position('topic', 0),
          () => closing.extent('stream'),
          () => closing.samples('stream', 1, always),
          () => closing.series('telemetry', 'stream', 'a', always, 10),
          () => closing.scoreSeries('stream', always, 10),
          () => closing.scoreEvents('stream', always, 10),
          () => closing.anomalies(null, always, 10),
          () => closing.forget(0),
        ];
        for (const use of uses)
          await assert.rejects(
            use(),
            (error) => error instanceof CupolaError && error.code === 'CUPOLA_HISTORY_CLOSED',
          );
      });
    });
  });
}

function after(fromMs: number, toMs: number): TimeRange {
  return { fromMs: epochMs + fromMs, toMs: epochMs + toMs };
}

/** Channel, event time after epochMs, value. */
type Sample = readonly [number, number, number];

function samples(stream: string, columns: readonly Sample[], definitionVersion = 1): SampleBatch {
  return {
    type: 'samples',
    stream,
    definitionVersion,
    ingestTimeMs: epochMs,
    channel: Uint16Array.from(columns, ([channel]) => channel),
    eventTimeMs: Float64Array.from(columns, ([, timeMs]) => epochMs + timeMs),
    value: Float64Array.from(columns, ([, , value]) => value),
  };
}

function plain({ channel, eventTimeMs, value }: SampleBatch): Sample[] {
  assert.ok(channel.length === eventTimeMs.length && value.length === eventTimeMs.length);
  return Array.from(value, (each, i) => [channel[i]!, eventTimeMs[i]! - epochMs, each]);
}

function points({ timeMs, min, max }: HistorySeries): (readonly [number, number, number])[] {
  assert.ok(min.length === timeMs.length && max.length === timeMs.length);
  return Array.from(timeMs, (each, i) => [each - epochMs, min[i]!, max[i]!]);
}

/** Windows of 8 s, strides of 2 s, rows of 1 s; `b` is context, the others are scored. */
function definition(stream: string, version = 1, channelIds = ['a', 'b', 'c']): StreamDefinition {
  return streamDefinitionSchema.parse({
    stream,
    version,
    name: stream,
    source: 'test',
    intervalMs: 1000,
    windowLengthMs: 8000,
    strideMs: 2000,
    staleAfterMs: 5000,
    warmUpMs: 60_000,
    channels: channelIds.map((id) => ({ kind: 'real', id, name: id, role: id === 'b' ? 'context' : 'scored' })),
  });
}

function score(
  stream: string,
  startMs: number,
  fields: Partial<Omit<WindowScore, 'reconstruction'>> & { readonly reconstruction?: readonly number[] } = {},
): WindowScore {
  return {
    type: 'score',
    stream,
    definitionVersion: 1,
    windowStartMs: epochMs + startMs,
    windowEndMs: epochMs + startMs + 8000,
    modelVersion: 'dense-0123456789ab',
    reconstructionError: 0.125,
    anomalyScore: 1.5,
    strideErrors: Float32Array.of(0.25, Number.NaN),
    rowErrors: Float32Array.of(0.25, Number.NaN, 0.5, Number.NaN),
    contributions: Float32Array.of(0.75, 0.25),
    latent: new Float32Array(0),
    missingShare: 0,
    backfill: false,
    ...fields,
    reconstruction: Float32Array.from(fields.reconstruction ?? [1, 2, 3, 4]),
  };
}

function anomaly(stream: string, startMs: number, endMs: number): AnomalyEvent {
  return {
    type: 'opened',
    id: `${stream}@${epochMs + startMs}`,
    stream,
    modelVersion: 'dense-0123456789ab',
    startMs: epochMs + startMs,
    endMs: epochMs + endMs,
    decidedAtMs: epochMs + endMs,
    peakScore: 4,
    threshold: 3,
    contributions: [
      { channelId: 'a', share: 0.75 },
      { channelId: 'c', share: 0.25 },
    ],
    code: [0.5, -1.25e-9],
  };
}
