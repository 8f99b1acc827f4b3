import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs, { type Producer } from 'kafkajs';
import { defaultLineProtocolMapping } from '../../../pipelines/telemetry/line-protocol-codec.ts';
import { openKafkaLog } from '../../../services/adapters/kafka/kafka-log.ts';
import { openEmbeddedLog } from '../../../services/adapters/embedded/embedded-log.ts';
import { systemClock } from '../../../services/adapters/system-clock.ts';
import { KafkaTopicsSource, type KafkaTopic } from '../../../services/sources/kafka/kafka-topics-source.ts';
import { IngestedSource, streamOf } from '../../ingested-source.ts';
import { sharedKafka } from '../kafka/shared-kafka.ts';

const timeMs = Date.UTC(2026, 0, 5);
/** Of a machine that has other things to do. */
const patienceMs = 60_000;
const kafka = sharedKafka();
const client = new kafkajs.Kafka({ brokers: kafka.brokers, logLevel: kafkajs.logLevel.NOTHING });
let producer: Producer;

before(async () => {
  producer = client.producer();
  await producer.connect();
});
after(() => producer.disconnect());

/** Topics as somebody else makes them, each with some partitions. */
async function topicsOf(partitions: Readonly<Record<string, number>>): Promise<string[]> {
  const topics = Object.entries(partitions).map(([name, numPartitions]) => ({
    topic: `${kafka.prefix}${name}`,
    numPartitions,
  }));
  const admin = client.admin();
  await admin.connect();
  try {
    await admin.createTopics({ topics });
  } finally {
    await admin.disconnect();
  }
  return topics.map(({ topic }) => topic);
}

function source(topics: readonly KafkaTopic[]): KafkaTopicsSource {
  return new KafkaTopicsSource({
    name: 'kafka',
    definitions: [streamOf('kafka', 'lab', ['V', 'A'])],
    clock: systemClock,
    open: () => openKafkaLog({ brokers: kafka.brokers }),
    topics,
    startFrom: 'earliest',
    tickIntervalMs: 1000,
    report: () => undefined,
  });
}

async function samplesOnce(source: IngestedSource, count: number): Promise<string[]> {
  const latest = Date.now() + patienceMs;
  while ((await source.samples()).length < count) {
    assert.ok(Date.now() < latest, `there are ${(await source.samples()).length} samples, not ${count}`);
    await sleep(20);
  }
  return source.samples();
}

test('records of other producers are samples: numbers by key, JSON by mapping, line protocol', async (context) => {
  const [numbers, json, lines] = (await topicsOf({ numbers: 2, json: 1, lines: 1 })) as [string, string, string];
  await producer.send({ topic: numbers, messages: [{ key: 'V', value: '1.5', timestamp: String(timeMs) }] });
  await producer.send({
    topic: json,
    compression: kafkajs.CompressionTypes.GZIP,
    messages: [
      { value: JSON.stringify({ sensor: { id: 'A' }, at: timeMs / 1000, reading: 2 }) },
      { value: 'not JSON' },
    ],
  });
  await producer.send({
    topic: lines,
    messages: [{ value: `telemetry,channel=V value=3 ${timeMs + 1}` }, { value: null }],
  });
  const mapping = { channel: 'sensor.id', time: 'at', value: 'reading', timeUnit: 's', channels: {} } as const;
  const ingested = await IngestedSource.start(
    source([
      { topic: numbers, channel: '{key}', payload: 'number' },
      { topic: json, channel: null, payload: 'json', json: mapping },
      {
        topic: lines,
        channel: null,
        payload: 'line-protocol',
        lineProtocol: defaultLineProtocolMapping,
        precision: 'ms',
      },
    ]),
  );
  context.after(() => ingested.stop());
  assert.deepEqual(
    (await samplesOnce(ingested, 3)).sort(),
    [`A@${timeMs}=2`, `V@${timeMs + 1}=3`, `V@${timeMs}=1.5`].sort(),
  );
  const letters = (await ingested.deadLetters()).map(({ reason, position }) => `${reason} at ${position}`);
  assert.deepEqual(letters, [`undecodable at ${json}/0 at 1, byte 0`, `undecodable at ${json}/0 at 1, byte 4`]);
});

test('each record comes once, in whatever process it is read', async () => {
  const [topic] = (await topicsOf({ once: 3 })) as [string];
  const topics = [{ topic, channel: 'V', payload: 'number' }] as const;
  const target = openEmbeddedLog({ path: ':memory:once', partitions: 2 });
  const count = 600;
  const sent = (async () => {
    for (let at = 0; at < count; at += 50) {
      const messages = Array.from({ length: 50 }, (_, i) => ({ key: `k${at + i}`, value: `${at + i}` }));
      await producer.send({ topic, messages });
    }
  })();
  let samples: string[] = [];
  for (let process = 0; process < 5; process++) {
    const ingested = await IngestedSource.start(
      source(topics),
      openEmbeddedLog({ path: ':memory:once', partitions: 2 }),
    );
    try {
      samples = await samplesOnce(ingested, process < 4 ? 100 * (process + 1) : count);
    } finally {
      // One that ran on would keep this process from its end.
      await ingested.stop();
    }
  }
  await sent;
  await target.close();
  const values = samples.map((sample) => Number(sample.split('=')[1]));
  assert.deepEqual(
    values.sort((a, b) => a - b),
    Array.from({ length: count }, (_, i) => i),
  );
});
