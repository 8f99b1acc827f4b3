import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import kafkajs from 'kafkajs';
import type { Admin } from 'kafkajs';
import type { TopicSpec } from '../../../pipelines/topics.ts';
import { planTopics, type PlannedTopic } from '../../../services/adapters/kafka/topic-plan.ts';
import { clientOptions, sharedKafka } from './shared-kafka.ts';
import { until } from './until.ts';

const kafka = sharedKafka();
const { prefix } = kafka;
let admin: Admin;

before(async () => {
  admin = new kafkajs.Kafka({ brokers: kafka.brokers, logLevel: kafkajs.logLevel.NOTHING }).admin();
  await admin.connect();
});
after(() => admin.disconnect());

const specs: readonly TopicSpec[] = [
  { name: 'events', partitioning: 'keyed', retentionMs: 1000, compacted: false },
  { name: 'state', partitioning: 'single', retentionMs: null, compacted: true },
];

function plan(apply: boolean, partitions = 3): Promise<PlannedTopic[]> {
  return planTopics(specs, { ...clientOptions(kafka), prefix, partitions, replicationFactor: 1 }, apply);
}

async function configOf(topic: string, name: string): Promise<string | undefined> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: prefix + topic, configNames: [name] }],
  });
  return resources[0]?.configEntries[0]?.configValue;
}

async function create(topic: string, numPartitions: number, configs: Record<string, string>): Promise<void> {
  const configEntries = Object.entries(configs).map(([name, value]) => ({ name, value }));
  await admin.createTopics({ topics: [{ topic: prefix + topic, numPartitions, configEntries }] });
}

test('a plan creates nothing; applied, it creates what is missing, and the next has nothing to do', async () => {
  const planned = await plan(false);
  assert.deepEqual(
    planned.map(({ topic, action, partitions }) => [topic, action, partitions]),
    [
      [`${prefix}events`, 'create', 3],
      [`${prefix}state`, 'create', 1],
    ],
  );
  assert.deepEqual(await plan(true), planned);
  assert.deepEqual(
    (await plan(false)).map(({ action }) => action),
    ['none', 'none'],
  );
  assert.equal(await configOf('events', 'retention.ms'), '1000');
  assert.equal(await configOf('state', 'cleanup.policy'), 'compact');
});

test('what differs is set, what else was set for the topic stays, and other topics are left alone', async () => {
  await create('unknown', 2, { 'retention.ms': '77' });
  await admin.alterConfigs({
    validateOnly: false,
    resources: [
      {
        type: kafkajs.ConfigResourceTypes.TOPIC,
        name: `${prefix}events`,
        configEntries: [
          { name: 'retention.ms', value: '5' },
          { name: 'segment.ms', value: '123456' },
        ],
      },
    ],
  });
  await until('brokers have heard of it', async () => (await configOf('events', 'retention.ms')) === '5');
  const [events] = await plan(true);
  assert.deepEqual(events!.changes, [{ config: 'retention.ms', found: '5', wanted: '1000' }]);
  assert.equal(await configOf('events', 'retention.ms'), '1000');
  assert.equal(await configOf('events', 'segment.ms'), '123456');
  assert.equal(await configOf('unknown', 'retention.ms'), '77');
});

test('another count of partitions is left for people to decide', async () => {
  const [events] = await plan(true, 5);
  assert.deepEqual([events!.action, events!.partitions, events!.wantedPartitions], ['decide', 3, 5]);
  const { topics } = await admin.fetchTopicMetadata({ topics: [`${prefix}events`] });
  assert.equal(topics[0]!.partitions.length, 3);
});
