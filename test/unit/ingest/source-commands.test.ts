import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InjectFaultCommand } from '../../../pipelines/commands.ts';
import { decodeDeadLetter, decodeFaultTruth, encodeCommand } from '../../../pipelines/json-records.ts';
import { CupolaError } from '../../../pipelines/errors.ts';
import type { Log, LogRecord, LogWriter } from '../../../pipelines/ports.ts';
import { SeededRandom } from '../../../pipelines/random.ts';
import { topics } from '../../../pipelines/topics.ts';
import type { FaultTruth } from '../../../pipelines/truth.ts';
import { openEmbeddedLog } from '../../../services/adapters/embedded/embedded-log.ts';
import { startIngest } from '../../../services/ingest/ingest.ts';
import { SimulatorSource } from '../../../services/sources/simulator/simulator-source.ts';
import { readToEnd } from '../../../services/stage/read-range.ts';
import { SettableClock } from '../../settable-clock.ts';
import { CrashingLog, SimulatedCrash } from '../../simulation/crashing-log.ts';
import { faultCommand } from '../sources/simulator/fault-command.ts';
import { systemClock } from '../../../services/adapters/system-clock.ts';

const epochMs = Date.UTC(2026, 0, 5);
const askedMs = epochMs + 60_000;
const endMs = epochMs + 120_000;

/** A station without history or faults of its own, as a process that starts anew has it. */
function station(endAtMs: number): SimulatorSource {
  const options = { seed: 3, historyOrbits: 0, faults: false, lossOfSignal: false };
  return new SimulatorSource({ ...options, clock: new SettableClock(), speed: Infinity, endAtMs });
}

async function ingestTo(log: Log, endAtMs: number): Promise<void> {
  await (
    await startIngest({ log, clock: systemClock }, station(endAtMs))
  ).finished;
}

async function openLog(): Promise<Log> {
  const log = openEmbeddedLog({ path: ':memory:' });
  await log.ensureTopics(Object.values(topics));
  return log;
}

async function ask(log: Log, command: InjectFaultCommand): Promise<void> {
  const { name: topic } = topics.commands;
  await log.append([{ topic, key: command.stream, value: encodeCommand(command), timestampMs: 0 }]);
}

async function recordsOf(log: Log, topic: string): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  for (let partition = 0; partition < (await log.partitions(topic)); partition++)
    records.push(...(await readToEnd(log, topic, partition)).records);
  return records;
}

async function truthOf(log: Log): Promise<FaultTruth[]> {
  return (await recordsOf(log, topics.truth.name)).map(({ value }) => decodeFaultTruth(value!));
}

/** Telemetry and truth, byte for byte. */
async function said(log: Log): Promise<unknown> {
  const records = [...(await recordsOf(log, topics.telemetry.name)), ...(await recordsOf(log, topics.truth.name))];
  return records.map(({ topic, partition, offset, value }) => [topic, partition, offset, Buffer.from(value!)]);
}

/** Asks for two faults once the station has come to `askedMs`, and reads on to the end; `operations` between deaths. */
async function commandedRun(operations: number): Promise<Log> {
  const log = await openLog();
  await ingestTo(log, askedMs);
  await ask(log, faultCommand({ kind: 'noise', durationMs: 60_000, amplitudeSigma: 9 }));
  await ask(log, faultCommand({ startsAfterMs: 30_000 }, { id: 'c-2' }));
  const random = SeededRandom.for(operations, 'deaths');
  for (let deaths = 6; ; deaths--) {
    const view = new CrashingLog(log, deaths > 0 ? operations : Infinity, random, new Map());
    try {
      await ingestTo(view, endMs);
      return log;
    } catch (error) {
      if (!(error instanceof SimulatedCrash)) throw error;
      await view.bury();
    }
  }
}

test('a fault that was asked for comes once, wherever ingest dies and starts again', async () => {
  const uninterrupted = await commandedRun(Infinity);
  const expected = await said(uninterrupted);
  assert.deepEqual(
    (await truthOf(uninterrupted)).map(({ id, startMs }) => [id, startMs]),
    [
      ['commanded-c-1', askedMs],
      ['commanded-c-2', askedMs + 30_000],
    ],
  );
  const calm = await openLog();
  await ingestTo(calm, endMs);
  assert.notDeepEqual(await said(calm), expected);
  // About 30 operations lead up to the first chunk, and 5 to each after that.
  for (let operations = 27; operations < 41; operations++)
    assert.deepEqual(await said(await commandedRun(operations)), expected, `dying after ${operations} operations`);
});

/** A log of which one commit fails, with or without effect. A double, because a real log does not fail on demand. */
function failingOnce(log: Log, failing: number, takesEffect: boolean): Log {
  let commits = 0;
  const open = async (identity: string): Promise<LogWriter> => {
    const writer = await log.writer(identity);
    const commit: LogWriter['commit'] = async (transaction) => {
      const fails = ++commits === failing;
      if (!fails || takesEffect) await writer.commit(transaction);
      if (fails) throw new CupolaError('CUPOLA_COMMIT_UNCERTAIN', 'the brokers went away');
    };
    return { commit, close: () => writer.close() };
  };
  return new Proxy(log, {
    get(target, name) {
      if (name === 'writer') return open;
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
}

test('a commit that may have been written or not is made up for: telemetry and faults come once', async () => {
  const expected = await said(await commandedRun(Infinity));
  for (const failing of [1, 2, 3])
    for (const takesEffect of [true, false]) {
      const log = await openLog();
      await ingestTo(log, askedMs);
      await ask(log, faultCommand({ kind: 'noise', durationMs: 60_000, amplitudeSigma: 9 }));
      await ask(log, faultCommand({ startsAfterMs: 30_000 }, { id: 'c-2' }));
      const reports: CupolaError[] = [];
      const view = failingOnce(log, failing, takesEffect);
      const ingest = await startIngest({ log: view, clock: systemClock }, station(endMs), (error) =>
        reports.push(error),
      );
      await ingest.finished;
      assert.equal(reports.length, 1);
      assert.deepEqual(await said(log), expected, `commit ${failing}, ${takesEffect ? 'with' : 'without'} effect`);
    }
});

test('a fault that is long over does not come again', async () => {
  const log = await openLog();
  await ingestTo(log, askedMs);
  await ask(log, faultCommand());
  for (const hours of [1, 2]) await ingestTo(log, epochMs + hours * 3_600_000);
  assert.equal((await truthOf(log)).length, 1);
});

test('what was asked before a source first started is not meant for it', async () => {
  const log = await openLog();
  await ask(log, faultCommand());
  await ingestTo(log, askedMs);
  await ingestTo(log, endMs);
  assert.deepEqual(await truthOf(log), []);
});

test('a command that a source cannot obey goes to the dead letters, byte for byte, and telemetry goes on', async () => {
  const log = await openLog();
  await ingestTo(log, askedMs);
  const impossible = faultCommand({ amplitudeSigma: 1000 });
  await ask(log, impossible);
  await ask(log, faultCommand({}, { id: 'c-2' }));
  await ingestTo(log, endMs);
  const letters = (await recordsOf(log, topics.deadLetter.name)).map(({ value }) => decodeDeadLetter(value!));
  assert.deepEqual(
    letters.map(({ reason }) => reason),
    ['command-impossible'],
  );
  assert.deepEqual(letters[0]!.bytes, new Uint8Array(encodeCommand(impossible)));
  assert.match(letters[0]!.detail, /CUPOLA_FAULT_IMPOSSIBLE: amplitudeSigma is 1000, must be from 0.1 to 50/);
  assert.deepEqual(
    (await truthOf(log)).map(({ id }) => id),
    ['commanded-c-2'],
  );
});
