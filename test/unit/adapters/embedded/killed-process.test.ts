import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { CupolaError } from '../../../../pipelines/errors.ts';
import type { Assignment, Log } from '../../../../pipelines/ports.ts';
import { SeededRandom } from '../../../../pipelines/random.ts';
import { openEmbeddedLog } from '../../../../services/adapters/embedded/embedded-log.ts';

const outputs = Array.from({ length: 40 }, (_, i) => `output-${i}`);
/** Long enough that most of the time is spent within a transaction. */
const valueBytes = 5000;

describe('the embedded log and a killed process', () => {
  let folder: string;
  let path: string;
  let child: ChildProcess | null = null;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cupola-kill-'));
    path = join(folder, 'log.db');
  });
  afterEach(async () => {
    await kill();
    rmSync(folder, { recursive: true });
  });

  async function kill(): Promise<void> {
    if (child === null) return;
    const exited = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : null;
    child.kill('SIGKILL');
    await exited;
    child = null;
  }

  /** Starts the copying process, kills it when `count` transactions were acknowledged, and returns all it said. */
  async function copyAndKill(count: number): Promise<number[]> {
    const lines = start();
    const acknowledged: number[] = [];
    for await (const line of lines) {
      if (line !== 'open') acknowledged.push(Number(line));
      // What is on its way when the signal is sent was acknowledged too: the loop reads on to the pipe's end.
      if (acknowledged.length >= count) child!.kill('SIGKILL');
    }
    await kill();
    return acknowledged;
  }

  function start() {
    const script = join(import.meta.dirname, 'committing-process.ts');
    child = spawn(process.execPath, [script, path, ...outputs], { stdio: ['ignore', 'pipe', 'inherit'] });
    return createInterface({ input: child.stdout! });
  }

  it('no acknowledged transaction is lost and none is seen in part', async () => {
    await fillInput(path, 200);
    const random = SeededRandom.for(1, 'kills');
    let done = 0;
    for (let round = 0; round < 5; round++) {
      const acknowledged = await copyAndKill(1 + random.below(20));
      assert.equal(acknowledged[0] ?? done, done, 'the next process goes on where the last transaction ended');
      const seen = await whatIsSeen(path);
      const last = acknowledged.at(-1) ?? done - 1;
      assert.ok(seen.position === last + 1 || seen.position === last + 2, 'acknowledged, or just not yet');
      const expected = [...Array(seen.position).keys()];
      for (const output of seen.outputs) assert.deepEqual(output, expected);
      done = seen.position;
    }
  });

  it('a log in use is refused by name of its process, and free again when that is killed', async () => {
    await fillInput(path, 1);
    const lines = start();
    await once(lines, 'line');
    assert.throws(
      () => openEmbeddedLog({ path }),
      (error) =>
        error instanceof CupolaError &&
        error.code === 'CUPOLA_LOG_IN_USE' &&
        error.message.includes(String(child!.pid)) &&
        error.subject.value === path,
    );
    await kill();
    await openEmbeddedLog({ path }).close();
  });
});

async function fillInput(path: string, count: number): Promise<void> {
  const log = openEmbeddedLog({ path });
  for (const name of ['input', ...outputs])
    await log.ensureTopics([{ name, partitioning: 'single', retentionMs: null, compacted: false }]);
  const values = Array.from({ length: count }, (_, i) => {
    const value = Buffer.alloc(valueBytes);
    value.writeUInt32LE(i);
    return value;
  });
  await log.append(values.map((value) => ({ topic: 'input', key: 'k', value, timestampMs: 1 })));
  await log.close();
}

async function whatIsSeen(path: string): Promise<{ position: number; outputs: number[][] }> {
  const log = openEmbeddedLog({ path });
  const position = Promise.withResolvers<number>();
  const run = async (assignment: Assignment): Promise<void> =>
    position.resolve((await assignment.committedOffset('input')) ?? 0);
  const member = await log.join({ group: 'copy', topic: 'input', run });
  const seen = {
    position: await position.promise,
    outputs: await Promise.all(outputs.map((name) => numbers(log, name))),
  };
  await member.leave();
  await log.close();
  return seen;
}

async function numbers(log: Log, topic: string): Promise<number[]> {
  const { records } = await log.read({ topic, partition: 0, fromOffset: 0, maxRecords: Infinity });
  return records.map(({ value }) => Buffer.from(value!).readUInt32LE());
}
