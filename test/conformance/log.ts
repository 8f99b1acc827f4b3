import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { CupolaError } from '../../pipelines/errors.ts';
import type { ErrorCode } from '../../pipelines/errors.ts';
import type { Assignment, GroupMembership, Log, LogRecord, OutgoingRecord } from '../../pipelines/ports.ts';
import type { TopicSpec } from '../../pipelines/topics.ts';

/** What an adapter brings to be tested: logs on one storage, and names that nobody else uses. */
export interface LogHarness {
  /** Another log on the same storage, with its own writers and memberships; the suite closes it. */
  open(): Promise<Log>;
  /** A name for a topic, group or writer that was never used on this storage. */
  name(purpose: string): string;
  /** Removes all that the suite made; every log is closed by then. */
  dispose(): Promise<void>;
}

/** How long the suite waits for what must happen; only a failing adapter takes this long. */
const patienceMs = 10_000;

/** The laws that every Log keeps; `makeHarness` is called once. */
export function logConformance(adapter: string, makeHarness: () => Promise<LogHarness>): void {
  describe(`Log: ${adapter}`, () => {
    let harness: LogHarness;
    let log: Log;
    const opened: Log[] = [];

    const open = async (): Promise<Log> => {
      const another = await harness.open();
      opened.push(another);
      return another;
    };
    const ensure = async (spec: Partial<TopicSpec> = {}): Promise<string> => {
      const name = harness.name('topic');
      await log.ensureTopics([{ name, partitioning: 'keyed', retentionMs: null, compacted: false, ...spec }]);
      return name;
    };
    const end = async (topic: string, partition = 0): Promise<number> => (await log.range(topic, partition)).end;

    before(async () => {
      harness = await makeHarness();
      log = await open();
    });
    after(async () => {
      for (const each of opened) await each.close();
      await harness.dispose();
    });

    describe('records', () => {
      it('come back in the order in which they were written, with everything they carried', async () => {
        const topic = await ensure();
        const written = [
          record(topic, { key: 'a', value: bytes('first'), headers: { type: 'x', Ünï: 'cödé ☂' }, timestampMs: 5 }),
          record(topic, { key: 'a', value: null, timestampMs: 3 }),
          record(topic, { key: null, value: bytes(''), timestampMs: 1_700_000_000_123 }),
          record(topic, { key: 'köy-☂', value: Uint8Array.of(0, 255, 128), timestampMs: 4 }),
        ];
        await log.append(written);
        const read = await readAll(log, topic);
        assert.deepEqual(
          read.map(({ key, value, headers, timestampMs }) => ({ key, value: plain(value), headers, timestampMs })),
          written.map(({ key, value, headers, timestampMs }) => ({
            key,
            value: plain(value),
            headers: headers ?? {},
            timestampMs,
          })),
        );
        assert.ok(read.every((each) => each.topic === topic && each.partition === 0));
      });

      it('have ascending offsets within the range, across writes', async () => {
        const topic = await ensure();
        for (let i = 0; i < 5; i++) await log.append([record(topic, { value: bytes(`${i}a`) }), record(topic)]);
        const offsets = (await readAll(log, topic)).map(({ offset }) => offset);
        assert.equal(offsets.length, 10);
        assert.ok(offsets.every((offset, i) => i === 0 || offset > offsets[i - 1]!));
        const range = await log.range(topic, 0);
        assert.ok(range.start <= offsets[0]! && offsets.at(-1)! < range.end);
      });

      it('may be reused by the writer as soon as it was acknowledged', async () => {
        const topic = await ensure();
        const value = bytes('before');
        await log.append([record(topic, { value })]);
        value.fill(0);
        assert.equal(text((await readAll(log, topic))[0]!), 'before');
      });

      it('are as large as a megabyte, and as many as ten thousand in one transaction', async () => {
        const topic = await ensure();
        const large = new Uint8Array(1_000_000).map((_, i) => i % 251);
        await log.append([record(topic, { value: large })]);
        const many = Array.from({ length: 10_000 }, (_, i) => record(topic, { value: bytes(`${i}`) }));
        await log.append(many);
        const read = await readAll(log, topic);
        assert.deepEqual(plain(read[0]!.value), plain(large));
        assert.deepEqual(read.slice(1).map(text), [...many.keys()].map(String));
      });
    });

    describe('topics and keys', () => {
      it('all keyed topics share one partition count, and single topics have one partition', async () => {
        const counts = new Set<number>();
        for (let i = 0; i < 3; i++) counts.add(await log.partitions(await ensure()));
        assert.equal(counts.size, 1);
        assert.ok([...counts][0]! > 1, 'the suite needs more than one partition');
        assert.equal(await log.partitions(await ensure({ partitioning: 'single' })), 1);
      });

      it('a key has the partition that Kafka gives it, the same in all keyed topics', async () => {
        const [one, other] = [await ensure(), await ensure()];
        const partitions = await log.partitions(one);
        for (const [key, hash] of kafkaHashes) {
          assert.equal(await log.partitionOf(one, key), (hash & 0x7fffffff) % partitions);
          assert.equal(await log.partitionOf(other, key), await log.partitionOf(one, key));
        }
      });

      it('a record without a partition goes to that of its key', async () => {
        const topic = await ensure();
        for (const [key] of kafkaHashes) await log.append([{ topic, key, value: bytes(key), timestampMs: 1 }]);
        for (const [key] of kafkaHashes) {
          const read = await readAll(log, topic, await log.partitionOf(topic, key));
          assert.ok(read.some((each) => each.key === key));
        }
      });

      it('ensuring a topic again changes nothing', async () => {
        const topic = await ensure();
        await log.append([record(topic)]);
        await log.ensureTopics([{ name: topic, partitioning: 'single', retentionMs: 1, compacted: true }]);
        assert.ok((await log.partitions(topic)) > 1);
        assert.equal((await readAll(log, topic)).length, 1);
      });

      it('a topic that was never ensured is refused by every use', async () => {
        const topic = harness.name('never');
        const uses = [
          () => log.partitions(topic),
          () => log.partitionOf(topic, 'a'),
          () => log.range(topic, 0),
          () => log.read({ topic, partition: 0, fromOffset: 0 }),
          () => log.append([record(topic)]),
          () => log.join({ group: harness.name('group'), topic, run: async () => {} }),
          () => log.groupPositions(harness.name('group'), topic),
        ];
        for (const use of uses) await rejects(use(), 'CUPOLA_TOPIC_UNKNOWN');
      });

      it('a partition, key, time or offset that cannot be is refused', async () => {
        const topic = await ensure();
        const partitions = await log.partitions(topic);
        const uses = [
          () => log.range(topic, partitions),
          () => log.append([record(topic, { partition: -1 })]),
          () => log.append([{ topic, key: null, value: null, timestampMs: 1 }]),
          () => log.append([record(topic, { timestampMs: NaN })]),
          () => log.read({ topic, partition: 0, fromOffset: -1 }),
          () => log.read({ topic, partition: 0, fromOffset: 1 }),
        ];
        for (const use of uses) await rejects(use(), 'CUPOLA_LOG_REQUEST_INVALID');
      });
    });

    describe('reading', () => {
      it('goes on at nextOffset, however few are asked for at once, and ends at the range', async () => {
        const topic = await ensure();
        for (let i = 0; i < 4; i++) await log.append(Array.from({ length: 5 }, (_, j) => numbered(topic, 5 * i + j)));
        for (const maxRecords of [1, 3, 5, 100]) {
          const seen: string[] = [];
          let fromOffset = 0;
          while (fromOffset < (await end(topic))) {
            const { records, nextOffset } = await log.read({ topic, partition: 0, fromOffset, maxRecords });
            assert.ok(records.length <= maxRecords && nextOffset > fromOffset);
            seen.push(...records.map(text));
            fromOffset = nextOffset;
          }
          assert.deepEqual(seen, [...Array(20).keys()].map(String));
        }
      });

      it('begins at any offset within a batch', async () => {
        const topic = await ensure();
        await log.append(Array.from({ length: 10 }, (_, i) => numbered(topic, i)));
        const all = await readAll(log, topic);
        for (const { offset } of all) {
          const rest = await readAll(log, topic, 0, offset);
          assert.equal(rest[0]!.offset, offset);
          assert.equal(rest.length, all.filter((each) => each.offset >= offset).length);
        }
      });

      it('of an empty partition gives nothing and stays where it is', async () => {
        const topic = await ensure();
        assert.deepEqual(await log.range(topic, 0), { start: 0, end: 0 });
        const { records, nextOffset } = await log.read({ topic, partition: 0, fromOffset: 0 });
        assert.deepEqual({ records, nextOffset }, { records: [], nextOffset: 0 });
      });

      it('waits for the next record, and is woken by it', async () => {
        const topic = await ensure();
        const waiting = log.read({ topic, partition: 0, fromOffset: 0, waitMs: 2 * patienceMs });
        await log.append([record(topic, { partition: 1 })]);
        await log.append([record(topic, { value: bytes('woken') })]);
        assert.deepEqual((await within(waiting)).records.map(text), ['woken']);
      });

      it('waits no longer than asked, and no longer than its signal', async () => {
        const topic = await ensure();
        const request = { topic, partition: 0, fromOffset: 0 };
        assert.equal((await log.read({ ...request, waitMs: 20 })).records.length, 0);
        const abort = new AbortController();
        const waiting = log.read({ ...request, waitMs: 2 * patienceMs, signal: abort.signal });
        abort.abort();
        assert.deepEqual(await within(waiting), { records: [], nextOffset: 0 });
      });

      it('leaves timers their turn, though there is always more to read', async () => {
        const topic = await ensure();
        await log.append([record(topic)]);
        const timer = AbortSignal.timeout(5);
        const deadline = performance.now() + patienceMs;
        while (!timer.aborted && performance.now() < deadline) await log.read({ topic, partition: 0, fromOffset: 0 });
        assert.ok(timer.aborted);
      });
    });

    describe('transactions', () => {
      it('show all their records, in all topics, once they are committed', async () => {
        const [one, other] = [await ensure(), await ensure()];
        const writer = await log.writer(harness.name('writer'));
        await writer.commit({
          records: [numbered(one, 1), numbered(other, 2), numbered(one, 3), record(other, { partition: 1 })],
        });
        assert.deepEqual((await readAll(log, one)).map(text), ['1', '3']);
        assert.deepEqual((await readAll(log, other)).map(text), ['2']);
        assert.equal((await readAll(log, other, 1)).length, 1);
      });

      it('show nothing where one record of them is refused', async () => {
        const topic = await ensure();
        const writer = await log.writer(harness.name('writer'));
        const broken = [numbered(topic, 1), record(topic, { partition: 99 })];
        await rejects(writer.commit({ records: broken }), 'CUPOLA_LOG_REQUEST_INVALID');
        await writer.commit({ records: [numbered(topic, 2)] });
        assert.deepEqual((await readAll(log, topic)).map(text), ['2']);
      });

      it('commit in the order in which they were asked for', async () => {
        const topic = await ensure();
        const writer = await log.writer(harness.name('writer'));
        const commits = Array.from({ length: 20 }, (_, i) => writer.commit({ records: [numbered(topic, i)] }));
        await Promise.all(commits);
        assert.deepEqual((await readAll(log, topic)).map(text), [...Array(20).keys()].map(String));
      });

      it('of a fenced writer write nothing, whichever log the newer one was opened in', async () => {
        const topic = await ensure();
        const identity = harness.name('writer');
        const older = await log.writer(identity);
        await older.commit({ records: [numbered(topic, 1)] });
        const newer = await (await open()).writer(identity);
        await rejects(older.commit({ records: [numbered(topic, 2)] }), 'CUPOLA_WRITER_FENCED');
        await newer.commit({ records: [numbered(topic, 3)] });
        await rejects(older.commit({ records: [numbered(topic, 4)] }), 'CUPOLA_WRITER_FENCED');
        assert.deepEqual((await readAll(log, topic)).map(text), ['1', '3']);
      });

      it('of writers with other identities go on', async () => {
        const topic = await ensure();
        const [one, other] = [await log.writer(harness.name('writer')), await log.writer(harness.name('writer'))];
        await one.commit({ records: [numbered(topic, 1)] });
        await other.commit({ records: [numbered(topic, 2)] });
        await one.commit({ records: [numbered(topic, 3)] });
        assert.deepEqual((await readAll(log, topic)).map(text), ['1', '2', '3']);
      });

      it('of a closed writer are refused', async () => {
        const topic = await ensure();
        const writer = await log.writer(harness.name('writer'));
        await writer.close();
        await rejects(writer.commit({ records: [record(topic)] }), 'CUPOLA_LOG_CLOSED');
        assert.equal(await end(topic), 0);
      });
    });

    describe('groups', () => {
      it('one member runs every partition', async () => {
        const topic = await ensure();
        const owned: Assignment[] = [];
        const member = await joinIdle(log, harness.name('group'), topic, owned);
        const all = [...Array(await log.partitions(topic)).keys()];
        await until(() => owned.length === all.length);
        assert.deepEqual(
          owned.map(({ partition }) => partition).sort((a, b) => a - b),
          all,
        );
        assert.deepEqual(member.partitions(), all);
        await member.leave();
        await member.finished;
        assert.deepEqual(member.partitions(), []);
        assert.ok(owned.every(({ revoked }) => revoked.aborted));
      });

      it('members share the partitions evenly, and take over from who leaves', async () => {
        const topic = await ensure();
        const group = harness.name('group');
        const count = await log.partitions(topic);
        const first = await joinIdle(log, group, topic);
        const second = await joinIdle(await open(), group, topic);
        const all = (): number[] => [...first.partitions(), ...second.partitions()].sort((a, b) => a - b);
        await until(() => second.partitions().length === Math.floor(count / 2) && all().length === count);
        assert.deepEqual(all(), [...Array(count).keys()]);
        await first.leave();
        await until(() => second.partitions().length === count);
        await second.leave();
      });

      it('a partition has one runner at a time: the next begins when the last has returned', async () => {
        const topic = await ensure();
        const group = harness.name('group');
        const running = new Map<number, number>();
        let most = 0;
        const run = async ({ partition, revoked }: Assignment): Promise<void> => {
          running.set(partition, (running.get(partition) ?? 0) + 1);
          most = Math.max(most, ...running.values());
          await aborted(revoked);
          await sleep(20);
          running.set(partition, running.get(partition)! - 1);
        };
        const members: GroupMembership[] = [];
        for (let i = 0; i < 4; i++) {
          members.push(await (i === 0 ? log : await open()).join({ group, topic, run }));
          await sleep(10);
        }
        for (const member of members) await member.leave();
        assert.equal(most, 1);
        assert.ok([...running.values()].every((count) => count === 0));
      });

      it('positions commit with the output, and the next owner goes on from them', async () => {
        const [input, output] = [await ensure(), await ensure()];
        const group = harness.name('group');
        await log.append(Array.from({ length: 30 }, (_, i) => numbered(input, i)));
        for (const stopAfter of [7, 11, 12]) await copySome(await open(), group, input, output, stopAfter);
        assert.deepEqual((await readAll(log, output)).map(text), [...Array(30).keys()].map(String));
      });

      it('a group has no position where it committed none, and groups do not share them', async () => {
        const topic = await ensure();
        await log.append([record(topic), record(topic)]);
        const positions: (number | null)[] = [];
        const visit = async (group: string, commit: boolean): Promise<void> => {
          const done = Promise.withResolvers<void>();
          const run = async (assignment: Assignment): Promise<void> => {
            if (assignment.partition !== 0) return;
            positions.push(await assignment.committedOffset(topic));
            if (commit) await assignment.commit({ records: [], offsets: { [topic]: 1 } });
            done.resolve();
          };
          const member = await log.join({ group, topic, run });
          await within(Promise.race([done.promise, member.finished]));
          await member.leave();
        };
        const [one, other] = [harness.name('group'), harness.name('group')];
        await visit(one, true);
        await visit(one, false);
        await visit(other, false);
        assert.deepEqual(positions, [null, 1, null]);
      });

      it('how a group stands can be seen from outside', async () => {
        const topic = await ensure();
        const group = harness.name('group');
        await log.append([0, 1, 2].map((i) => record(topic, { partition: 1, value: bytes(`${i}`) })));
        const bystander = await open();
        const before = await bystander.groupPositions(group, topic);
        assert.deepEqual(
          before.map(({ offset, member }) => ({ offset, member })),
          before.map(() => ({ offset: null, member: null })),
        );
        const worked = Promise.withResolvers<void>();
        const membership = await log.join({
          group,
          topic,
          async run(assignment) {
            if (assignment.partition === 1) {
              const { end } = await log.range(topic, 1);
              await assignment.commit({ records: [], offsets: { [topic]: end - 1 } });
              worked.resolve();
            }
            await aborted(assignment.revoked);
          },
        });
        await worked.promise;
        const { end } = await log.range(topic, 1);
        const found = await bystander.groupPositions(group, topic);
        assert.deepEqual(
          found.map(({ partition, offset, lag }) => ({ partition, offset, lag })),
          found.map((_, partition) =>
            partition === 1 ? { partition, offset: end - 1, lag: 1 } : { partition, offset: null, lag: 0 },
          ),
        );
        assert.ok(found.every(({ member }) => member !== null));
        await membership.leave();
        assert.ok((await bystander.groupPositions(group, topic)).every(({ member }) => member === null));
      });

      it('a refused position leaves its records unwritten', async () => {
        const [input, output] = [await ensure(), await ensure()];
        const owned: Assignment[] = [];
        const member = await joinIdle(log, harness.name('group'), input, owned);
        await until(() => owned.some(({ partition }) => partition === 0));
        const assignment = owned.find(({ partition }) => partition === 0)!;
        const transaction = { records: [numbered(output, 1)], offsets: { [input]: -1 } };
        await rejects(assignment.commit(transaction), 'CUPOLA_LOG_REQUEST_INVALID');
        assert.equal(await assignment.committedOffset(input), null);
        await assignment.commit({ records: [numbered(output, 2)] });
        assert.deepEqual((await readAll(log, output)).map(text), ['2']);
        await member.leave();
      });

      it('an owner whose partition went to another may not commit any more', async () => {
        const topic = await ensure();
        const group = harness.name('group');
        const owned: Assignment[] = [];
        const first = await joinIdle(log, group, topic, owned);
        await until(() => owned.length === first.partitions().length && owned.length > 0);
        await first.leave();
        const second = await joinIdle(await open(), group, topic);
        await until(() => second.partitions().length === owned.length);
        for (const stale of owned) {
          const commit = stale.commit({ records: [record(topic)] });
          await rejects(commit, 'CUPOLA_WRITER_FENCED', 'CUPOLA_LOG_CLOSED');
        }
        assert.equal(await end(topic), 0);
        await second.leave();
      });

      it('a run that fails rejects `finished`, and its partitions go to the other members', async () => {
        const topic = await ensure();
        const group = harness.name('group');
        const failing = await log.join({
          group,
          topic,
          run: async ({ partition, revoked }) => {
            if (partition === 0) throw new Error('on purpose');
            await aborted(revoked);
          },
        });
        await assert.rejects(within(failing.finished), /on purpose/);
        const other = await joinIdle(await open(), group, topic);
        const count = await log.partitions(topic);
        await until(() => other.partitions().length === count);
        await other.leave();
      });

      it('a run that ends by being revoked or fenced does not fail its member', async () => {
        const topic = await ensure();
        const group = harness.name('group');
        const member = await log.join({
          group,
          topic,
          run: async ({ revoked }) => {
            await aborted(revoked);
            revoked.throwIfAborted();
          },
        });
        await until(() => member.partitions().length > 0);
        await member.leave();
        await member.finished;
      });

      it('closing a log hands its partitions over without waiting for its runs', async () => {
        const topic = await ensure();
        const group = harness.name('group');
        const dying = await open();
        const stuck: Assignment[] = [];
        const member = await dying.join({
          group,
          topic,
          run: async (assignment) => {
            stuck.push(assignment);
            await new Promise(() => {});
          },
        });
        await until(() => stuck.length > 0 && stuck.length === member.partitions().length);
        await dying.close();
        const heir = await joinIdle(log, group, topic);
        await until(() => heir.partitions().length === stuck.length);
        await member.finished;
        const commit = stuck[0]!.commit({ records: [record(topic)] });
        await rejects(commit, 'CUPOLA_WRITER_FENCED', 'CUPOLA_LOG_CLOSED');
        await heir.leave();
      });
    });

    describe('keeping', () => {
      it('what was committed is there for a log opened later, under the same offsets', async () => {
        const topic = await ensure();
        const earlier = await open();
        await earlier.append([numbered(topic, 1), numbered(topic, 2)]);
        const before = await readAll(earlier, topic);
        await earlier.close();
        assert.deepEqual(await readAll(await open(), topic), before);
      });

      it('a closed log refuses everything, and ends the reads that wait in it', async () => {
        const topic = await ensure();
        const closing = await open();
        const waiting = closing.read({ topic, partition: 0, fromOffset: 0, waitMs: 2 * patienceMs });
        const ended = rejects(waiting, 'CUPOLA_LOG_CLOSED');
        const writer = await closing.writer(harness.name('writer'));
        await closing.close();
        await closing.close();
        await ended;
        const uses = [
          () => closing.partitions(topic),
          () => closing.range(topic, 0),
          () => closing.read({ topic, partition: 0, fromOffset: 0 }),
          () => closing.append([record(topic)]),
          () => closing.writer('any'),
          () => writer.commit({ records: [record(topic)] }),
          () => closing.maintain(0),
        ];
        for (const use of uses) await rejects(use(), 'CUPOLA_LOG_CLOSED');
      });

      it('maintenance never removes the newest value of a key, nor moves an offset', async () => {
        const topic = await ensure({ compacted: true });
        for (let i = 0; i < 50; i++) await log.append([record(topic, { key: `k${i % 7}`, value: bytes(`${i}`) })]);
        await log.append([record(topic, { key: 'k0', value: null }), record(topic, { key: 'last' })]);
        const before = await readAll(log, topic);
        const range = await log.range(topic, 0);
        await log.maintain(Number.MAX_SAFE_INTEGER);
        const after = await readAll(log, topic);
        const newest = new Map(before.map((each) => [each.key, each]));
        for (const each of after)
          assert.deepEqual(
            each,
            before.find(({ offset }) => offset === each.offset),
          );
        for (const each of newest.values()) {
          if (each.value !== null)
            assert.ok(
              after.some(({ offset }) => offset === each.offset),
              `lost ${each.key}`,
            );
        }
        assert.equal((await log.range(topic, 0)).end, range.end);
        await log.append([record(topic, { key: 'next' })]);
        assert.ok((await readAll(log, topic)).at(-1)!.offset >= range.end);
      });

      it('maintenance keeps what is younger than its retention, and reading from below starts at what is kept', async () => {
        const topic = await ensure({ retentionMs: 100 });
        const endless = await ensure();
        for (let i = 0; i < 20; i++) {
          await log.append([record(topic, { value: bytes(`${i}`), timestampMs: 1000 + 10 * i }), numbered(endless, i)]);
        }
        await log.maintain(1200);
        const { records } = await log.read({ topic, partition: 0, fromOffset: 0 });
        const { start } = await log.range(topic, 0);
        assert.ok(start <= records[0]!.offset);
        const kept = new Set(records.map(({ timestampMs }) => timestampMs));
        for (let time = 1100; time < 1200; time += 10) assert.ok(kept.has(time), `lost ${time}`);
        assert.equal((await readAll(log, endless)).length, 20);
        await log.maintain(1e12);
        assert.equal((await log.range(topic, 0)).end, await end(endless));
      });
    });
  });
}

/** Keys and their murmur2 hashes, from Apache Kafka's own UtilsTest.testMurmur2. */
const kafkaHashes: readonly (readonly [string, number])[] = [
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
];

/** A member that works until it is revoked, and adds what it is given to `owned`. */
function joinIdle(log: Log, group: string, topic: string, owned: Assignment[] = []): Promise<GroupMembership> {
  const run = async (assignment: Assignment): Promise<void> => {
    owned.push(assignment);
    await aborted(assignment.revoked);
  };
  return log.join({ group, topic, run });
}

/** Copies input to output for as many records as asked, one transaction each, then leaves its group. */
async function copySome(member: Log, group: string, input: string, output: string, count: number): Promise<void> {
  const done = Promise.withResolvers<void>();
  const run = async (assignment: Assignment): Promise<void> => {
    if (assignment.partition !== 0) return;
    let position = (await assignment.committedOffset(input)) ?? 0;
    for (let copied = 0; copied < count && !assignment.revoked.aborted; copied++) {
      const { records, nextOffset } = await member.read({
        topic: input,
        partition: 0,
        fromOffset: position,
        maxRecords: 1,
      });
      const copies = records.map(({ key, value, timestampMs }) => ({
        topic: output,
        partition: 0,
        key,
        value,
        timestampMs,
      }));
      await assignment.commit({ records: copies, offsets: { [input]: nextOffset } });
      position = nextOffset;
    }
    done.resolve();
  };
  const membership = await member.join({ group, topic: input, run });
  await within(Promise.race([done.promise, membership.finished]));
  await membership.leave();
}

function record(topic: string, fields: Partial<OutgoingRecord> = {}): OutgoingRecord {
  return { topic, partition: 0, key: 'key', value: bytes('value'), timestampMs: 1000, ...fields };
}

function numbered(topic: string, number: number): OutgoingRecord {
  return record(topic, { value: bytes(`${number}`) });
}

function bytes(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

function text({ value }: LogRecord): string {
  return new TextDecoder().decode(value!);
}

function plain(value: Uint8Array | null): number[] | null {
  return value && [...value];
}

async function readAll(log: Log, topic: string, partition = 0, fromOffset = 0): Promise<LogRecord[]> {
  const { end } = await log.range(topic, partition);
  const all: LogRecord[] = [];
  for (let next = fromOffset; next < end;) {
    const { records, nextOffset } = await log.read({ topic, partition, fromOffset: next, waitMs: patienceMs });
    all.push(...records);
    next = nextOffset;
  }
  return all;
}

async function rejects(use: Promise<unknown>, ...codes: ErrorCode[]): Promise<void> {
  await assert.rejects(within(use), (error) => error instanceof CupolaError && codes.includes(error.code));
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** Fails rather than hangs. */
async function within<T>(promise: Promise<T>): Promise<T> {
  const abort = new AbortController();
  const late = sleep(patienceMs, undefined, { signal: abort.signal }).then(() => {
    throw new Error(`nothing happened within ${patienceMs} ms`);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    abort.abort();
    late.catch(() => {});
  }
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!condition()) {
    assert.ok(performance.now() < deadline, `still not so after ${patienceMs} ms: ${condition.toString()}`);
    await sleep(2);
  }
}
