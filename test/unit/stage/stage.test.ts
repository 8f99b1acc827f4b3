import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CupolaError } from '../../../pipelines/errors.ts';
import type { Log, OutgoingRecord } from '../../../pipelines/ports.ts';
import { topics } from '../../../pipelines/topics.ts';
import { openEmbeddedLog } from '../../../services/adapters/embedded/embedded-log.ts';
import { readToEnd } from '../../../services/stage/read-range.ts';
import { startStage, type PartitionStage, type StageSpec } from '../../../services/stage/stage.ts';
import { systemClock } from '../../../services/adapters/system-clock.ts';

const input = topics.telemetry.name;
const output = topics.scores.name;
const bad = 'bad';

/** Repeats what it reads; cannot take what is bad. */
class Repeater implements PartitionStage {
  readonly #partition: number;
  readonly #takesAll: boolean;
  readonly #batches: number[];

  /** `batches` hears how many records it was given at once. */
  constructor(partition: number, takesAll: boolean, batches: number[] = []) {
    this.#partition = partition;
    this.#takesAll = takesAll;
    this.#batches = batches;
  }

  async restore(): Promise<void> {}
  async rebuild(): Promise<void> {}
  async command(): Promise<[]> {
    return [];
  }
  oldestAwaitingOffset = (): null => null;
  takeChanged = (): [] => [];
  process: PartitionStage['process'] = async (records) => {
    if (!this.#takesAll && records.some(({ value }) => text(value) === bad)) throw new Error('no such thing');
    this.#batches.push(records.length);
    return records.map(({ value }) => ({
      topic: output,
      partition: this.#partition,
      key: null,
      value,
      timestampMs: 0,
    }));
  };
}

describe('a record that a stage cannot take', () => {
  const reports: CupolaError[] = [];
  const spec = (takesAll: boolean): StageSpec => ({
    name: 'repeater',
    inputTopic: input,
    stateTopic: topics.stateScorer.name,
    maxRecords: 10,
    snapshotEveryRecords: 1000,
    commitIntervalMs: 0,
    report: (error) => reports.push(error),
    open: async (partition) => new Repeater(partition, takesAll),
  });

  it('stops its partition there, by name, while the others go on; taken at last, it is taken once', async (test) => {
    const log = openEmbeddedLog({ path: ':memory:', partitions: 2 });
    test.after(() => log.close());
    await log.ensureTopics(Object.values(topics));
    await log.append(
      [0, 1].flatMap((partition) => ['a', 'b', partition === 0 ? bad : 'c', 'd'].map(record(partition))),
    );
    const stage = await startStage({ log, clock: systemClock }, spec(false));
    await until(async () => reports.length > 0 && (await written(log, 1)).length === 4);
    await log.append([record(1)('e')]);
    await until(async () => (await written(log, 1)).length === 5);
    assert.deepEqual(await written(log, 0), ['a', 'b']);
    const [report] = reports;
    assert.equal(
      report!.message,
      `CUPOLA_PARTITION_STOPPED: repeater stands still at ${input}/0, offset 2: no such thing`,
    );
    const [stopped, running] = await log.groupPositions('repeater', input);
    assert.deepEqual([stopped!.lag, running!.lag], [2, 0]);
    await stage.stop();
    const repaired = await startStage({ log, clock: systemClock }, spec(true));
    await until(async () => (await written(log, 0)).length === 4);
    await repaired.stop();
    assert.deepEqual(await written(log, 0), ['a', 'b', bad, 'd']);
    assert.deepEqual(await written(log, 1), ['a', 'b', 'c', 'd', 'e']);
  });
});

describe('the commit interval', () => {
  const commitIntervalMs = 400;
  const start = async (batches: number[]) => {
    const log = openEmbeddedLog({ path: ':memory:', partitions: 1 });
    await log.ensureTopics(Object.values(topics));
    const spec: StageSpec = {
      name: 'repeater',
      inputTopic: input,
      stateTopic: topics.stateScorer.name,
      maxRecords: 10,
      snapshotEveryRecords: 1000,
      commitIntervalMs,
      report: (error) => assert.fail(error.message),
      open: async (partition) => new Repeater(partition, true, batches),
    };
    return { log, stage: await startStage({ log, clock: systemClock }, spec) };
  };

  it('gathers what comes within it, after the first record, which does not wait', async () => {
    const { log, stage } = await start([]);
    const startMs = performance.now();
    await log.append([record(0)('first')]);
    await until(async () => (await written(log, 0)).length === 1);
    assert.ok(performance.now() - startMs < commitIntervalMs);
    for (const value of ['a', 'b', 'c']) await log.append([record(0)(value)]);
    const seen = new Set<number>();
    await until(async () => seen.add((await written(log, 0)).length).has(4));
    assert.ok(performance.now() - startMs >= commitIntervalMs);
    assert.deepEqual([...seen], [1, 4]);
    await stage.stop();
    await log.close();
  });

  it('holds up nothing that is waiting already', async () => {
    const batches: number[] = [];
    const { log, stage } = await start(batches);
    const startMs = performance.now();
    await log.append(Array.from({ length: 50 }, (_, i) => record(0)(String(i))));
    await until(async () => (await written(log, 0)).length === 50);
    assert.ok(performance.now() - startMs < 5 * commitIntervalMs);
    assert.deepEqual(batches, [10, 10, 10, 10, 10]);
    await stage.stop();
    await log.close();
  });
});

function record(partition: number): (value: string) => OutgoingRecord {
  return (value) => ({ topic: input, partition, key: null, value: new TextEncoder().encode(value), timestampMs: 0 });
}

async function written(log: Log, partition: number): Promise<string[]> {
  return (await readToEnd(log, output, partition)).records.map(({ value }) => text(value));
}

function text(value: Uint8Array | null): string {
  return new TextDecoder().decode(value!);
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!(await condition())) {
    assert.ok(performance.now() < deadline, 'nothing happened within 10 s');
    await sleep(5);
  }
}
