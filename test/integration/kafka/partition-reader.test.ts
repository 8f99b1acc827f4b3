import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Log, OutgoingRecord } from '../../../pipelines/ports.ts';
import { toMessage } from '../../../services/adapters/kafka/fetched-records.ts';
import { KafkaClient } from '../../../services/adapters/kafka/kafka-client.ts';
import { TopicAdmin } from '../../../services/adapters/kafka/topic-admin.ts';
import { TransactionalProducer } from '../../../services/adapters/kafka/transactional-producer.ts';
import { clientOptions, sharedKafka } from './shared-kafka.ts';

const kafka = sharedKafka();
let log: Log;

before(async () => {
  log = await kafka.open();
});
after(() => log.close());

function numbered(topic: string, number: number): OutgoingRecord {
  return { topic, partition: 0, key: 'k', value: Buffer.from(`${number}`), timestampMs: number };
}

async function valuesOf(topic: string, to: number): Promise<string[]> {
  const values: string[] = [];
  for (let next = 0; next < to;) {
    const { records, nextOffset } = await log.read({ topic, partition: 0, fromOffset: next });
    assert.ok(nextOffset > next, `no way on from ${next} to ${to}`);
    values.push(...records.map(({ value }) => String(value)));
    next = nextOffset;
  }
  return values;
}

/** A producer without the writer around it, that can leave a transaction open. */
async function producer(client: KafkaClient, id: string): Promise<TransactionalProducer> {
  const opened = new TransactionalProducer(client, kafka.prefix + id, {
    transactionTimeoutMs: 60_000,
    requestTimeoutMs: 10_000,
  });
  await opened.open();
  return opened;
}

test('what was committed can be read at once, in another log too', async () => {
  await kafka.ensure(log, 'visible');
  const other = await kafka.open();
  const writer = await log.writer('visible');
  for (let i = 0; i < 100; i++) {
    const { end } = await other.range('visible', 0);
    await writer.commit({ records: [numbered('visible', i)] });
    const after = await other.range('visible', 0);
    assert.ok(after.end > end, `commit ${i} was not to be seen`);
    const { records } = await other.read({ topic: 'visible', partition: 0, fromOffset: end });
    assert.deepEqual(
      records.map(({ value }) => String(value)),
      [`${i}`],
    );
  }
  await other.close();
});

test('aborted records are not read, and an open transaction ends the range before it', async () => {
  await kafka.ensure(log, 'aborted');
  const client = new KafkaClient(clientOptions(kafka));
  const writer = await log.writer('aborted');
  const messages = [toMessage(numbered('aborted', -1), Date.now())];
  const part = { topic: `${kafka.prefix}aborted`, partition: 0, batches: [messages, messages] };
  await writer.commit({ records: [numbered('aborted', 1)] });
  const { end } = await log.range('aborted', 0);
  const unfinished = await producer(client, 'unfinished');
  await unfinished.write([part], null);
  await log.append([{ ...numbered('aborted', 0), partition: 1 }]);
  assert.equal((await log.range('aborted', 0)).end, end);
  assert.deepEqual(await valuesOf('aborted', end), ['1']);
  await unfinished.abort();
  await writer.commit({ records: [numbered('aborted', 2)] });
  const after = await log.range('aborted', 0);
  assert.ok(after.end > end + 4);
  assert.deepEqual(await valuesOf('aborted', after.end), ['1', '2']);
  client.close();
});

test('readers of one partition at different places, and of others, are all served while they wait together', async () => {
  await kafka.ensure(log, 'together');
  for (let i = 0; i < 20; i++) await log.append([numbered('together', i)]);
  const { end } = await log.range('together', 0);
  const waiting = [0, 1, 2, 3].map((partition) =>
    log.read({ topic: 'together', partition, fromOffset: partition === 0 ? end : 0, waitMs: 10_000 }),
  );
  const offsets = (await log.read({ topic: 'together', partition: 0, fromOffset: 0 })).records.map(
    ({ offset }) => offset,
  );
  const past = await Promise.all(
    Array.from({ length: end }, (_, from) =>
      log.read({ topic: 'together', partition: 0, fromOffset: from, waitMs: 500 }),
    ),
  );
  for (const [from, { records }] of past.entries())
    assert.deepEqual(
      records.map(({ offset }) => offset),
      offsets.filter((offset) => offset >= from),
    );
  const { key, value, timestampMs } = numbered('together', 100);
  await log.append([0, 1, 2, 3].map((partition) => ({ topic: 'together', partition, key, value, timestampMs })));
  for (const { records } of await Promise.all(waiting)) assert.equal(String(records[0]!.value), '100');
});

test('a place that retention has taken is read from the first kept, and holds up no other reader', async () => {
  await kafka.ensure(log, 'trimmed', 'untrimmed');
  for (const topic of ['trimmed', 'untrimmed']) for (let i = 0; i < 5; i++) await log.append([numbered(topic, i)]);
  const keep = (await log.range('trimmed', 0)).end - 4;
  await kafka.deleteRecords('trimmed', keep);
  assert.equal((await log.range('trimmed', 0)).start, keep);
  const reads = ['trimmed', 'untrimmed'].map((topic) => log.read({ topic, partition: 0, fromOffset: 0, waitMs: 5000 }));
  const [trimmed, untrimmed] = await Promise.all(reads);
  assert.deepEqual(
    trimmed!.records.map(({ value }) => String(value)),
    ['3', '4'],
  );
  assert.equal(untrimmed!.records.length, 5);
});

test('records keep their own time, however far it is from the time of the brokers', async () => {
  await kafka.ensure(log, 'times');
  const times = [0, -5.5, Date.UTC(1999, 0), Date.UTC(2199, 0)];
  await log.append(times.map((timestampMs) => ({ ...numbered('times', 1), timestampMs })));
  const { records } = await log.read({ topic: 'times', partition: 0, fromOffset: 0 });
  assert.deepEqual(
    records.map(({ timestampMs }) => timestampMs),
    times,
  );
  assert.deepEqual(
    records.map(({ headers }) => headers),
    times.map(() => ({})),
  );
});

test('a record larger than a broker takes by default is written, and read', async () => {
  await kafka.ensure(log, 'large');
  const value = new Uint8Array(3_000_000).fill(7);
  await log.append([{ ...numbered('large', 1), value }, numbered('large', 2)]);
  const { records } = await log.read({ topic: 'large', partition: 0, fromOffset: 0 });
  assert.equal(Buffer.compare(records[0]!.value!, value), 0);
  assert.deepEqual(await valuesOf('large', (await log.range('large', 0)).end).then((values) => values.length), 2);
});

test('topics are created with room and with what the table says of them', async () => {
  const topic = { name: 'made', partitioning: 'single', retentionMs: 86_400_000, compacted: true } as const;
  await log.ensureTopics([topic]);
  const admin = new TopicAdmin(clientOptions(kafka), 1);
  const [found] = await admin.find([`${kafka.prefix}made`]);
  assert.equal(found!.partitions, 1);
  assert.equal(found!.configs.get('retention.ms'), '86400000');
  assert.equal(found!.configs.get('cleanup.policy'), 'compact');
  admin.close();
});
