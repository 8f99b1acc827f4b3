import type { Assignment, Log, LogTransaction } from '../../pipelines/ports.ts';
import { toMessage } from '../../services/adapters/kafka/fetched-records.ts';
import { KafkaClient } from '../../services/adapters/kafka/kafka-client.ts';
import { TopicNames } from '../../services/adapters/kafka/topic-names.ts';

/** The group that keeps positions: brokers refuse those of a group with members from anyone but these. */
const group = 'at-least-once';

/** Requests without a transaction, which the product has no use for. */
interface PlainBroker {
  produce(request: object): Promise<unknown>;
  offsetCommit(request: object): Promise<unknown>;
}

/**
 * The same log on Kafka, with commits that are at least once: records acknowledged by all replicas, one request a
 * partition, then positions, and no transaction about them.
 */
export function atLeastOnceLog(log: Log, brokers: readonly string[], prefix: string): Log {
  const names = new TopicNames(prefix);
  const client = new KafkaClient({
    clientId: group,
    brokers,
    patienceMs: 60_000,
    requestTimeoutMs: 10_000,
  });
  const commit = async (partition: number, { records, offsets = {} }: LogTransaction): Promise<void> => {
    const byTopic = Map.groupBy(records, ({ topic }) => names.topic(topic));
    await Promise.all(
      [...byTopic].map(async ([topic, some]) => {
        const messages = some.map((record) => toMessage(record, Date.now()));
        const leader = (await client.leader(topic, partition)) as unknown as PlainBroker;
        await leader.produce({
          acks: -1,
          timeout: 8000,
          topicData: [{ topic, partitions: [{ partition, messages }] }],
        });
      }),
    );
    const groupId = names.group(group);
    const coordinator = (await client.coordinator('group', groupId)) as unknown as PlainBroker;
    const topics = Object.entries(offsets).map(([topic, offset]) => ({
      topic: names.topic(topic),
      partitions: [{ partition, offset: String(offset), metadata: null }],
    }));
    await coordinator.offsetCommit({ groupId, groupGenerationId: -1, memberId: '', topics });
  };
  const plain = (assignment: Assignment): Assignment => ({
    partition: assignment.partition,
    revoked: assignment.revoked,
    committedOffset: async () => null,
    commit: (transaction) => commit(assignment.partition, transaction),
    close: () => assignment.close(),
  });
  const overridden: Partial<Log> = {
    join: (request) => log.join({ ...request, run: (assignment) => request.run(plain(assignment)) }),
    groupPositions: (_, topic) => log.groupPositions(group, topic),
    async close() {
      client.close();
      await log.close();
    },
  };
  return new Proxy(log, {
    get(target, name: keyof Log) {
      const own = overridden[name] ?? target[name];
      return typeof own === 'function' ? (own as (...args: unknown[]) => unknown).bind(target) : own;
    },
  });
}
