import {
  askFlexibly,
  compactArray,
  compactString,
  int32,
  refuseError,
  type FlexibleFields,
} from './flexible-request.ts';
import type { KafkaClient } from './kafka-client.ts';
import type { Broker, TopicPartition } from './kafkajs-cluster.ts';

const noTags = Buffer.from([0]);
const topicAuthorizationFailed = 29;

/** The partitions of the topics in which a producer has a transaction open; those that may not be read are left out. */
export async function openTransactions(
  client: KafkaClient,
  producerId: string,
  topics: readonly string[],
  signal: AbortSignal,
): Promise<TopicPartition[]> {
  const look = async (): Promise<TopicPartition[]> => {
    const byLeader = new Map<Broker, TopicPartition[]>();
    for (const topic of topics) {
      for (let partition = 0, count = await client.partitions(topic); partition < count; partition++) {
        const leader = await client.leader(topic, partition);
        byLeader.set(leader, [...(byLeader.get(leader) ?? []), { topic, partition }]);
      }
    }
    const found = [...byLeader].map(([leader, places]) => openOnLeader(leader, producerId, places));
    return (await Promise.all(found)).flat();
  };
  return client.asking('looking for open transactions', look, signal);
}

/** Source: DescribeProducers, version 0 (KIP-664), https://kafka.apache.org/protocol. Asked of the partitions' leader. */
function openOnLeader(
  leader: Broker,
  producerId: string,
  places: readonly TopicPartition[],
): Promise<TopicPartition[]> {
  const partitionsOf = (topic: string): number[] =>
    places.filter((place) => place.topic === topic).map(({ partition }) => partition);
  const topics = [...new Set(places.map(({ topic }) => topic))].map((topic) =>
    Buffer.concat([compactString(topic), compactArray(partitionsOf(topic).map(int32)), noTags]),
  );
  return askFlexibly(leader, {
    apiKey: 61,
    apiVersion: 0,
    apiName: 'DescribeProducers',
    fields: [compactArray(topics)],
    read(fields) {
      // Throttle time.
      fields.int32();
      return fields.compactArray(() => readTopic(fields, producerId)).flat();
    },
  });
}

function readTopic(fields: FlexibleFields, producerId: string): TopicPartition[] {
  const topic = fields.compactString()!;
  const open = fields.compactArray(() => {
    const partition = fields.int32();
    const error = fields.int16();
    if (error !== topicAuthorizationFailed) refuseError(error);
    // What is wrong, in words.
    fields.compactString();
    const isOpen = fields.compactArray(() => readIsOpen(fields, producerId)).includes(true);
    fields.tags();
    return isOpen ? [{ topic, partition }] : [];
  });
  fields.tags();
  return open.flat();
}

/** Of one of the partition's producers: whether it is this one, and has a transaction open. */
function readIsOpen(fields: FlexibleFields, producerId: string): boolean {
  const isThis = fields.int64() === producerId;
  // Its epoch, last sequence number, last time, and the coordinator's epoch.
  fields.int32();
  fields.int32();
  fields.int64();
  fields.int32();
  const firstOffset = Number(fields.int64());
  fields.tags();
  return isThis && firstOffset >= 0;
}
