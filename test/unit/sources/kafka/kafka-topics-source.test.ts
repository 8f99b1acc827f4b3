import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Log } from '../../../../pipelines/ports.ts';
import { SeededRandom } from '../../../../pipelines/random.ts';
import { topics } from '../../../../pipelines/topics.ts';
import { openEmbeddedLog } from '../../../../services/adapters/embedded/embedded-log.ts';
import { systemClock } from '../../../../services/adapters/system-clock.ts';
import { startIngest } from '../../../../services/ingest/ingest.ts';
import { KafkaTopicsSource, type KafkaTopicsOptions } from '../../../../services/sources/kafka/kafka-topics-source.ts';
import { TopicMerge } from '../../../../services/sources/kafka/topic-merge.ts';
import { CrashingLog, SimulatedCrash } from '../../../simulation/crashing-log.ts';
import { IngestedSource, streamOf } from '../../../ingested-source.ts';

const topic = 'readings';
const baseMs = Date.UTC(2026, 0, 5);

/** Topics of somebody else; the embedded log stands for Kafka, by the port that both have. */
async function openTopics(): Promise<Log> {
  const log = openEmbeddedLog({ path: ':memory:', partitions: 3 });
  await log.ensureTopics([{ name: topic, partitioning: 'keyed', retentionMs: null, compacted: false }]);
  return log;
}

function write(
  log: Log,
  records: readonly (readonly [partition: number, timeMs: number, value: unknown])[],
): Promise<void> {
  return log.append(
    records.map(([partition, timeMs, value]) => ({
      topic,
      partition,
      key: 'V',
      value: Buffer.from(JSON.stringify({ value })),
      timestampMs: timeMs,
    })),
  );
}

function source(log: Log, changes: Partial<KafkaTopicsOptions> = {}): KafkaTopicsSource {
  return new KafkaTopicsSource({
    name: 'kafka',
    definitions: [streamOf('kafka', 'lab', ['V', 'A'])],
    clock: systemClock,
    // Ingest ends before the topics do.
    open: async () => ({
      partitions: (name) => log.partitions(name),
      range: (name, partition) => log.range(name, partition),
      read: (request) => log.read(request),
      close: async () => undefined,
    }),
    topics: [{ topic, channel: '{key}', payload: 'json', json: null }],
    startFrom: 'earliest',
    tickIntervalMs: 1000,
    report: () => undefined,
    ...changes,
  });
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const latest = Date.now() + 10_000;
  while (!(await isSo())) {
    if (Date.now() > latest) assert.fail(`not so after 10 s: ${String(isSo)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function valuesOf(samples: readonly string[]): number[] {
  return samples.map((sample) => Number(sample.split('=')[1]));
}

test('records come with their own time and key; what is no sample becomes a dead letter with its place', async (context) => {
  const log = await openTopics();
  await write(log, [
    [0, baseMs, 1],
    [2, baseMs + 5, 2],
    [2, baseMs + 6, 'text'],
  ]);
  const ingested = await IngestedSource.start(source(log));
  context.after(() => ingested.stop());
  await until(async () => (await ingested.samples()).length === 2);
  assert.deepEqual(await ingested.samples(), [`V@${baseMs}=1`, `V@${baseMs + 5}=2`]);
  assert.deepEqual(
    (await ingested.deadLetters()).map(({ reason, position }) => [reason, position]),
    [['not-a-number', 'readings/2 at 1, byte 0']],
  );
});

test('from latest on, only what comes from now on is read', async (context) => {
  const log = await openTopics();
  await write(log, [[0, baseMs, 1]]);
  const ingested = await IngestedSource.start(source(log, { startFrom: 'latest' }));
  context.after(() => ingested.stop());
  await until(async () => (await ingested.ticks('lab')).length > 0);
  await write(log, [[0, baseMs + 1, 2]]);
  await until(async () => (await ingested.samples()).length > 0);
  assert.deepEqual(await ingested.samples(), [`V@${baseMs + 1}=2`]);
});

test('a topic that does not exist ends ingest with its name', async (context) => {
  const log = await openTopics();
  const nowhere = [{ topic: 'nowhere', channel: null, payload: 'json', json: null }] as const;
  const ingested = await IngestedSource.start(source(log, { topics: nowhere }));
  context.after(() => ingested.stop());
  await assert.rejects(ingested.ingest.finished, { code: 'CUPOLA_TOPIC_UNKNOWN' });
});

test('every record comes once, wherever ingest dies and starts again', async () => {
  const records = Array.from({ length: 4000 }, (_, i) => [i % 3, baseMs + i, i] as const);
  const log = await openTopics();
  await write(log, records.slice(0, 2000));
  const target = openEmbeddedLog({ path: ':memory:', partitions: 2 });
  await target.ensureTopics(Object.values(topics));
  const written = (async () => {
    for (let at = 2000; at < 4000; at += 100) {
      await write(log, records.slice(at, at + 100));
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  })();
  const random = SeededRandom.for(1, 'deaths');
  for (let deaths = 0; deaths < 12; deaths++) {
    const view = new CrashingLog(target, 12 + random.below(8), random, new Map());
    const ended = (async () =>
      (await startIngest({ log: view, clock: systemClock }, source(log, { tickIntervalMs: 5 }))).finished)();
    await ended.catch((error: unknown) => assert.ok(error instanceof SimulatedCrash, String(error)));
    await view.bury();
  }
  await written;
  const ingested = await IngestedSource.start(source(log), target);
  await until(async () => (await ingested.samples()).length >= records.length);
  const values = valuesOf(await ingested.samples()).sort((a, b) => a - b);
  await ingested.stop();
  assert.deepEqual(
    values,
    records.map(([, , value]) => value),
  );
});

test('what lies further back comes first, whatever partition it is in, and time stands still until all is read', async () => {
  const partition = fc.array(fc.nat({ max: 30 }), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(partition, partition, partition),
      fc.integer({ min: 1, max: 10 }),
      async (steps, maxRecords) => {
        const log = await openTopics();
        const times = steps.map((list) =>
          list.map((_, i) => baseMs + list.slice(0, i + 1).reduce((sum, step) => sum + step, 0)),
        );
        await write(
          log,
          times.flatMap((list, partition) => list.map((timeMs) => [partition, timeMs, 1] as const)),
        );
        const merge = new TopicMerge(
          log,
          [0, 1, 2].map((partition) => ({ topic, partition, offset: 0 })),
          maxRecords,
        );
        const came: { partition: number; timeMs: number }[] = [];
        const { signal } = new AbortController();
        while (!merge.isCaughtUp)
          for (const { partition, records } of await merge.next(0, signal)) {
            // Within a round partitions come one after the other; between rounds nothing goes back.
            came.push(...records.map(({ timestampMs }) => ({ partition, timeMs: timestampMs })));
          }
        for (const [partition, list] of times.entries())
          assert.deepEqual(
            came.filter((one) => one.partition === partition).map(({ timeMs }) => timeMs),
            list,
          );
        await log.close();
      },
    ),
    { numRuns: 50 },
  );
});

test('a round never brings anything older than what was left for a later one', async () => {
  const log = await openTopics();
  const fast = Array.from({ length: 50 }, (_, i) => [0, baseMs + i * 1000, i] as const);
  const slow = Array.from({ length: 500 }, (_, i) => [1, baseMs + i * 100, i] as const);
  await write(log, [...fast, ...slow]);
  const merge = new TopicMerge(
    log,
    [0, 1, 2].map((partition) => ({ topic, partition, offset: 0 })),
    20,
  );
  const { signal } = new AbortController();
  let before = -Infinity;
  while (!merge.isCaughtUp) {
    const times = (await merge.next(0, signal)).flatMap(({ records }) => records.map(({ timestampMs }) => timestampMs));
    assert.ok(Math.min(...times) >= before, 'a round begins where the one before ended');
    before = Math.max(before, ...times);
  }
  assert.equal(before, baseMs + 49_900);
  await log.close();
});

test('it ticks once it has caught up, not before', async (context) => {
  const log = await openTopics();
  await write(
    log,
    Array.from({ length: 5000 }, (_, i) => [i % 3, baseMs + i, i] as const),
  );
  const ingested = await IngestedSource.start(source(log, { tickIntervalMs: 1 }));
  context.after(() => ingested.stop());
  await until(async () => (await ingested.ticks('lab')).length > 0);
  assert.equal((await ingested.samples()).length, 5000);
});
