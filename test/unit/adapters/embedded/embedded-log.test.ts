import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, describe, it } from 'node:test';
import { CupolaError } from '../../../../pipelines/errors.ts';
import type { Log, OutgoingRecord } from '../../../../pipelines/ports.ts';
import type { TopicSpec } from '../../../../pipelines/topics.ts';
import { openEmbeddedLog } from '../../../../services/adapters/embedded/embedded-log.ts';

const day = 86_400_000;
const spec: TopicSpec = { name: 'topic', partitioning: 'keyed', retentionMs: null, compacted: false };

describe('the embedded log', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cupola-embedded-'));
  after(() => rmSync(folder, { recursive: true }));

  it('of one path is one log in a process, and its file is let go of when the last is closed', async () => {
    const path = join(folder, 'one.db');
    const [one, other] = [openEmbeddedLog({ path }), openEmbeddedLog({ path: `${folder}/./one.db` })];
    await one.ensureTopics([spec]);
    const start = performance.now();
    const waiting = other.read({ topic: 'topic', partition: 0, fromOffset: 0, waitMs: 10_000 });
    await one.append([record('woken')]);
    assert.deepEqual((await waiting).records.map(text), ['woken']);
    assert.ok(performance.now() - start < 5000, 'woken, rather than timed out');
    await one.close();
    assert.ok(existsSync(`${path}.pid`));
    await other.close();
    assert.ok(!existsSync(`${path}.pid`) && !existsSync(`${path}-wal`));
  });

  it('in memory is a log of its own, unless it is named', async () => {
    const own = [openEmbeddedLog({ path: ':memory:' }), openEmbeddedLog({ path: ':memory:' })];
    const named = [openEmbeddedLog({ path: ':memory:n' }), openEmbeddedLog({ path: ':memory:n' })];
    for (const [log] of [own, named]) await log!.ensureTopics([spec]);
    await assert.rejects(own[1]!.partitions('topic'), coded('CUPOLA_TOPIC_UNKNOWN'));
    assert.equal(await named[1]!.partitions('topic'), 4);
    for (const log of [...own, ...named]) await log.close();
    const again = openEmbeddedLog({ path: ':memory:n' });
    await assert.rejects(again.partitions('topic'), coded('CUPOLA_TOPIC_UNKNOWN'));
    await again.close();
  });

  it('refuses a partition count that is not its own, and takes its own by default', async () => {
    const path = join(folder, 'partitions.db');
    const log = openEmbeddedLog({ path, partitions: 3 });
    const early = openEmbeddedLog({ path, partitions: 5 });
    await log.ensureTopics([spec]);
    await assert.rejects(early.ensureTopics([{ ...spec, name: 'late' }]), coded('CUPOLA_LOG_REQUEST_INVALID'));
    await early.close();
    await log.close();
    for (const partitions of [4, 0, 1.5, 5000])
      assert.throws(() => openEmbeddedLog({ path, partitions }), coded('CUPOLA_LOG_REQUEST_INVALID'));
    const again = openEmbeddedLog({ path });
    await again.ensureTopics([{ ...spec, name: 'later' }]);
    assert.equal(await again.partitions('later'), 3);
    await again.close();
  });

  it('refuses a file of another form, and leaves it as it is', async () => {
    const path = join(folder, 'form.db');
    await openEmbeddedLog({ path }).close();
    const moveForm = (by: 1 | -1): void => {
      const sqlite = new DatabaseSync(path);
      const { form } = sqlite.prepare('SELECT user_version AS form FROM pragma_user_version').get() as { form: number };
      sqlite.exec(`PRAGMA user_version = ${form + by}`);
      sqlite.close();
    };
    moveForm(1);
    assert.throws(() => openEmbeddedLog({ path }), coded('CUPOLA_LOG_FORM_UNKNOWN'));
    moveForm(-1);
    await openEmbeddedLog({ path }).close();
  });

  it('refuses a file that is no database', () => {
    const path = join(folder, 'text.db');
    writeFileSync(path, 'no database\n'.repeat(1000));
    assert.throws(() => openEmbeddedLog({ path }), coded('CUPOLA_LOG_FORM_UNKNOWN'));
  });

  it('takes positions only from an assignment', async () => {
    const log = await memoryLog(spec);
    const writer = await log.writer('w');
    await assert.rejects(writer.commit({ records: [], offsets: { topic: 0 } }), coded('CUPOLA_LOG_REQUEST_INVALID'));
    await log.close();
  });

  it('compaction leaves the newest record of each key, and tombstones for a day', async () => {
    const log = await memoryLog({ ...spec, compacted: true });
    await log.append(['a', 'b', 'a', 'c', 'a', 'b'].map((key, i) => record(String(i), { key })));
    await log.append([record('unkeyed', { key: null }), { ...record('', { key: 'c' }), value: null }, record('7')]);
    await log.append([record('8')]);
    await log.maintain(day / 2);
    assert.deepEqual(await offsets(log), [4, 5, 6, 7, 9]);
    await log.append([record('9')]);
    await log.maintain(2 * day);
    assert.deepEqual(await offsets(log), [4, 5, 6, 10]);
    await log.close();
  });

  it('compaction after a restart goes on, and one before it moves no offset', async () => {
    const path = join(folder, 'compact.db');
    let log = openEmbeddedLog({ path });
    await log.ensureTopics([{ ...spec, compacted: true }]);
    for (let i = 0; i < 10; i++) await log.append([record(String(i))]);
    await log.close();
    log = openEmbeddedLog({ path });
    await log.maintain(0);
    assert.deepEqual(await offsets(log), [9]);
    await log.append([{ ...record('', { key: 'deleted' }), value: null }]);
    await log.maintain(2 * day);
    await log.close();
    log = openEmbeddedLog({ path });
    assert.equal((await log.range('topic', 0)).end, 11);
    await log.close();
  });

  it('retention removes what is older, but for the newest, and moves the start', async () => {
    const log = await memoryLog({ ...spec, retentionMs: 100 });
    for (let i = 0; i < 10; i++) await log.append([record(String(i), { timestampMs: 10 * i })]);
    await log.maintain(150);
    assert.deepEqual(await log.range('topic', 0), { start: 5, end: 10 });
    assert.deepEqual(await offsets(log), [5, 6, 7, 8, 9]);
    await log.maintain(1e9);
    assert.deepEqual(await log.range('topic', 0), { start: 9, end: 10 });
    await log.close();
  });

  it('retention keeps an old record that stands behind a young one', async () => {
    const log = await memoryLog({ ...spec, retentionMs: 100 });
    for (const timestampMs of [10, 500, 20, 510]) await log.append([record('', { timestampMs })]);
    await log.maintain(550);
    assert.deepEqual(await offsets(log), [1, 2, 3]);
    await log.close();
  });
});

async function memoryLog(topic: TopicSpec): Promise<Log> {
  const log = openEmbeddedLog({ path: ':memory:' });
  await log.ensureTopics([topic]);
  return log;
}

function record(value: string, fields: Partial<OutgoingRecord> = {}): OutgoingRecord {
  return { topic: 'topic', partition: 0, key: 'key', value: Buffer.from(value), timestampMs: 1000, ...fields };
}

function text({ value }: { readonly value: Uint8Array | null }): string {
  return Buffer.from(value!).toString();
}

async function offsets(log: Log): Promise<number[]> {
  const { records } = await log.read({ topic: 'topic', partition: 0, fromOffset: 0 });
  return records.map(({ offset }) => offset);
}

function coded(code: string) {
  return (error: unknown): boolean => error instanceof CupolaError && error.code === code;
}
