import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { CupolaError } from '../../../pipelines/errors.ts';
import type { Assignment, GroupMembership, Log, OutgoingRecord } from '../../../pipelines/ports.ts';
import { GroupSession } from '../../../services/adapters/kafka/group-session.ts';
import { KafkaClient, type CoordinatorType } from '../../../services/adapters/kafka/kafka-client.ts';
import { isFencing } from '../../../services/adapters/kafka/kafka-errors.ts';
import type { Broker } from '../../../services/adapters/kafka/kafkajs-cluster.ts';
import { renewedEpoch } from '../../../services/adapters/kafka/renewed-epoch.ts';
import { TransactionalProducer } from '../../../services/adapters/kafka/transactional-producer.ts';
import { clientOptions, sharedKafka } from './shared-kafka.ts';

const kafka = sharedKafka();
let log: Log;

before(async () => {
  log = await kafka.open();
});
after(() => log.close());

function record(topic: string, text: string): OutgoingRecord {
  return { topic, partition: 0, key: 'k', value: Buffer.from(text), timestampMs: 1 };
}

async function textsOf(topic: string): Promise<string[]> {
  const { end } = await log.range(topic, 0);
  const texts: string[] = [];
  for (let next = 0; next < end;) {
    const { records, nextOffset } = await log.read({ topic, partition: 0, fromOffset: next });
    texts.push(...records.map(({ value }) => String(value)));
    next = nextOffset;
  }
  return texts;
}

const producerOptions = { transactionTimeoutMs: 60_000, requestTimeoutMs: 5000 };

/** Sends one batch under a number that the leader does not expect: what it takes a frozen broker to bring about. */
class OneWrongSequence extends KafkaClient {
  isDue = false;

  override async leader(topic: string, partition: number): Promise<Broker> {
    const leader = await super.leader(topic, partition);
    if (!this.isDue || partition !== 0) return leader;
    const produce: Broker['produce'] = (request) => {
      if (!this.isDue) return leader.produce(request);
      this.isDue = false;
      const [{ partitions }] = request.topicData as [(typeof request.topicData)[number]];
      const later = partitions.map((part) => Object.assign({}, part, { firstSequence: part.firstSequence + 7 }));
      return leader.produce({ ...request, topicData: [{ topic, partitions: later }] });
    };
    return Object.assign(Object.create(leader) as Broker, { produce });
  }
}

/** Ends one transaction to this side only: what a broker brings about that restarts alone before it has written the markers. */
class OneEndUnsent extends KafkaClient {
  isDue = false;

  override async coordinator(type: CoordinatorType, id: string): Promise<Broker> {
    const coordinator = await super.coordinator(type, id);
    const endTxn: Broker['endTxn'] = async (request) => {
      if (!this.isDue) return coordinator.endTxn(request);
      this.isDue = false;
      return undefined;
    };
    return Object.assign(Object.create(coordinator) as Broker, { endTxn });
  }
}

/** A member of a group of its own that hands out its assignment of partition 0 as often as a run begins. */
async function memberOf(
  of: Log,
  group: string,
  topic: string,
): Promise<{ readonly membership: GroupMembership; readonly next: () => Promise<Assignment> }> {
  const runs: Assignment[] = [];
  let taken = 0;
  const membership = await of.join({
    group,
    topic,
    async run(assignment) {
      if (assignment.partition !== 0) return;
      runs.push(assignment);
      // A stage ends with the error of its commit.
      while (!assignment.revoked.aborted) {
        await sleep(5);
        if (failures.has(assignment)) throw failures.get(assignment)!;
      }
    },
  });
  const next = async (): Promise<Assignment> => {
    while (runs.length <= taken) await sleep(5);
    return runs[taken++]!;
  };
  return { membership, next };
}

const failures = new Map<Assignment, Error>();

async function failingCommit(assignment: Assignment, topic: string, text: string): Promise<CupolaError> {
  try {
    await assignment.commit({ records: [record(topic, text)] });
  } catch (error) {
    failures.set(assignment, error as Error);
    return error as CupolaError;
  }
  throw new Error('the commit went through');
}

test('a partition has one transactional id, whoever owns it: its next owner fences the last, which knows nothing of it', async () => {
  await kafka.ensure(log, 'fenced', 'fenced-out');
  const reports: CupolaError[] = [];
  const owner = await kafka.open({ report: (error) => reports.push(error) });
  const { membership, next } = await memberOf(owner, 'fencing', 'fenced');
  const stale = await next();
  await stale.commit({ records: [record('fenced-out', 'first')], offsets: { fenced: 0 } });
  // What the group would do, if it took the owner for dead.
  const client = new KafkaClient(clientOptions(kafka));
  const id = `${kafka.prefix}cupola.fencing-${kafka.prefix}fenced-0`;
  const heir = new TransactionalProducer(client, id, producerOptions);
  await heir.open();
  const error = await failingCommit(stale, 'fenced-out', 'zombie');
  assert.equal(error.code, 'CUPOLA_WRITER_FENCED');
  client.close();
  // The group still gives it the partition: its run begins anew, from what is committed.
  const anew = await next();
  assert.equal(await anew.committedOffset('fenced'), 0);
  await anew.commit({ records: [record('fenced-out', 'second')] });
  assert.deepEqual(await textsOf('fenced-out'), ['first', 'second']);
  assert.deepEqual(
    reports.map(({ code }) => code),
    ['CUPOLA_WRITER_FENCED'],
  );
  await membership.leave();
  await owner.close();
});

test('a producer that a leader no longer follows takes a new epoch and writes again, whole and once', async () => {
  await kafka.ensure(log, 'out-of-order');
  const client = new OneWrongSequence(clientOptions(kafka));
  const producer = new TransactionalProducer(client, `${kafka.prefix}out-of-order`, producerOptions);
  await producer.open();
  const message = { key: 'k', headers: {}, timestamp: Date.now() };
  const part = (text: string, partition = 0) => ({
    topic: `${kafka.prefix}out-of-order`,
    partition,
    batches: [[{ ...message, value: Buffer.from(text) }]],
  });
  await producer.commit([part('first')], null);
  client.isDue = true;
  await producer.commit([part('second'), part('second', 1)], null);
  await producer.commit([part('third')], null);
  assert.equal(client.isDue, false);
  assert.deepEqual(await textsOf('out-of-order'), ['first', 'second', 'third']);
  assert.equal((await log.read({ topic: 'out-of-order', partition: 1, fromOffset: 0 })).records.length, 1);
  client.close();
});

test('a producer that was fenced is given no new epoch', async () => {
  const client = new KafkaClient(clientOptions(kafka));
  const transactionalId = `${kafka.prefix}renewed`;
  await client.connect();
  const coordinator = await client.asking('looking', () => client.coordinator('transaction', transactionalId));
  const open = () =>
    client.asking('opening', () => coordinator.initProducerId({ transactionalId, transactionTimeout: 60_000 }));
  const first = { transactionalId, ...(await open()) };
  const renewed = await renewedEpoch(coordinator, first, 60_000);
  assert.deepEqual([renewed.producerId, renewed.producerEpoch], [first.producerId, first.producerEpoch + 1]);
  await open();
  await assert.rejects(renewedEpoch(coordinator, renewed, 60_000), (error) => isFencing(error));
  client.close();
});

test('the next owner knows the last position that was committed, however short before', async () => {
  await kafka.ensure(log, 'positions');
  const topic = `${kafka.prefix}positions`;
  const groupId = `${kafka.prefix}cupola.positions`;
  const options = { ...clientOptions(kafka), sessionTimeoutMs: 6000, rebalanceTimeoutMs: 6000 };
  const session = new GroupSession(options, groupId, topic);
  const client = new KafkaClient(options);
  const producer = async (): Promise<TransactionalProducer> => {
    const opened = new TransactionalProducer(client, `${groupId}-0`, { transactionTimeoutMs: 60_000, ...options });
    await opened.open();
    return opened;
  };
  for (let i = 0; i < 40; i++) {
    await (await producer()).commit([], { groupId, partition: 0, offsets: { [topic]: i } });
    await producer();
    assert.equal(await session.committedOffset(topic, 0), i);
  }
  client.close();
  await session.leave();
});

test('a position is not told before it is final, and markers written again make it and its records so', async () => {
  await kafka.ensure(log, 'unsettled');
  const topic = `${kafka.prefix}unsettled`;
  const groupId = `${kafka.prefix}cupola.unsettled`;
  const options = { ...clientOptions(kafka), sessionTimeoutMs: 6000, rebalanceTimeoutMs: 6000, patienceMs: 300 };
  const session = new GroupSession(options, groupId, topic);
  const client = new KafkaClient(options);
  const producer = new TransactionalProducer(client, groupId, producerOptions);
  assert.equal(await producer.open(), null);
  const message = { key: 'k', value: Buffer.from('seen'), headers: {}, timestamp: Date.now() };
  const parts = [{ topic, partition: 0, batches: [[message]] }];
  const offsets = { groupId, partition: 0, offsets: { [topic]: 7 } };
  // As a broker leaves it that loses the markers: all is there, and nothing says that it is committed.
  await producer.write(parts, offsets);
  assert.deepEqual(await textsOf('unsettled'), []);
  assert.deepEqual([await session.isUnsettled(0), await session.isUnsettled(1)], [true, false]);
  await assert.rejects(session.committedOffset(topic, 0), { code: 'CUPOLA_LOG_UNREACHABLE' });
  assert.deepEqual(await producer.unmarked([topic], AbortSignal.timeout(5000)), [{ topic, partition: 0 }]);
  await producer.mark(parts, offsets, true);
  while (await session.isUnsettled(0)) await sleep(5);
  assert.equal(await session.committedOffset(topic, 0), 7);
  while ((await textsOf('unsettled')).length === 0) await sleep(5);
  assert.deepEqual(await textsOf('unsettled'), ['seen']);
  assert.deepEqual(await producer.unmarked([topic], AbortSignal.timeout(5000)), []);
  assert.equal(await new TransactionalProducer(client, groupId, producerOptions).open(), 'CompleteCommit');
  client.close();
  await session.leave();
});

test('a commit whose markers were lost is marked again, whatever it was of', async () => {
  await kafka.ensure(log, 'unmarked');
  const topic = `${kafka.prefix}unmarked`;
  const groupId = `${kafka.prefix}cupola.unmarked`;
  const options = { ...clientOptions(kafka), sessionTimeoutMs: 6000, rebalanceTimeoutMs: 6000 };
  const session = new GroupSession(options, groupId, topic);
  const client = new OneEndUnsent(options);
  const producer = new TransactionalProducer(client, groupId, producerOptions);
  await producer.open();
  const message = { key: 'k', value: Buffer.from('seen'), headers: {}, timestamp: Date.now() };
  const positions = (offset: number) => ({ groupId, partition: 0, offsets: { [topic]: offset } });
  client.isDue = true;
  await producer.commit([], positions(3));
  assert.equal(client.isDue, false);
  assert.equal(await session.committedOffset(topic, 0), 3);
  client.isDue = true;
  await producer.commit([{ topic, partition: 0, batches: [[message]] }], positions(4));
  assert.deepEqual(await textsOf('unmarked'), ['seen']);
  assert.equal(await session.committedOffset(topic, 0), 4);
  client.close();
  await session.leave();
});

test('a member that its group has not heard of for a session may not commit', { timeout: 60_000 }, async () => {
  await kafka.ensure(log, 'stalled', 'stalled-out');
  const sleeper = await kafka.open({ sessionTimeoutMs: 6000 });
  const { membership, next } = await memberOf(sleeper, 'stalling', 'stalled');
  const stale = await next();
  await stale.commit({ records: [record('stalled-out', 'before')] });
  // As if the process had been stopped: nothing in it runs, its heartbeats neither.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 6500);
  const error = await failingCommit(stale, 'stalled-out', 'zombie');
  assert.equal(error.code, 'CUPOLA_WRITER_FENCED');
  const anew = await next();
  await anew.commit({ records: [record('stalled-out', 'after')] });
  assert.deepEqual(await textsOf('stalled-out'), ['before', 'after']);
  await membership.leave();
  await sleeper.close();
});

test('what no broker takes is refused, and ends the writer with it', async () => {
  await kafka.ensure(log, 'too-large');
  const writer = await log.writer('too-large');
  const value = new Uint8Array(17 << 20);
  const commit = writer.commit({ records: [record('too-large', 'with it'), { ...record('too-large', ''), value }] });
  await assert.rejects(commit, { code: 'CUPOLA_LOG_REQUEST_INVALID' });
  const again = await log.writer('too-large');
  await again.commit({ records: [record('too-large', 'next')] });
  assert.deepEqual(await textsOf('too-large'), ['next']);
});

test('brokers that are away are said to be so, with what to do', async () => {
  const { end } = await log.range('too-large', 0);
  assert.ok(end > 0);
  await assert.rejects(kafka.open({ brokers: ['127.0.0.1:9'], patienceMs: 200 }), (error: CupolaError) => {
    assert.equal(error.code, 'CUPOLA_LOG_UNREACHABLE');
    assert.match(error.remedy, /log\.brokers/);
    return true;
  });
});

test('more replicas than there are brokers are refused with their number', async () => {
  const greedy = await kafka.open({ replicationFactor: 7 });
  await assert.rejects(kafka.ensure(greedy, 'greedy'), (error: CupolaError) => {
    assert.equal(error.code, 'CUPOLA_LOG_REQUEST_INVALID');
    assert.equal(error.subject.value, 7);
    assert.match(error.subject.bound!, /at most the number of brokers, [13]$/);
    return true;
  });
  await greedy.close();
});

test('a log that has other partitions than are asked for is refused', async () => {
  await kafka.ensure(log, 'counted');
  const other = await kafka.open({ partitions: 5 });
  await assert.rejects(kafka.ensure(other, 'counted'), { code: 'CUPOLA_LOG_REQUEST_INVALID' });
  await other.close();
});
