import { randomUUID } from 'node:crypto';
import kafkajs from 'kafkajs';
import { openKafkaLog, type KafkaLogOptions } from '../../../services/adapters/kafka/kafka-log.ts';
import type { KafkaClientOptions } from '../../../services/adapters/kafka/kafka-client.ts';
import type { Log } from '../../../pipelines/ports.ts';
import { serverAddress } from '../../real-servers/server-address.ts';

/** Logs on the broker that all tests share, under names that nobody else has. */
export interface SharedKafka {
  readonly brokers: string[];
  readonly prefix: string;
  open(options?: Partial<KafkaLogOptions>): Promise<Log>;
  /** Makes topics keyed by stream. */
  ensure(log: Log, ...names: string[]): Promise<void>;
  /** Takes the records before an offset of partition 0 away, as retention would. */
  deleteRecords(topic: string, before: number): Promise<void>;
}

export function sharedKafka(): SharedKafka {
  const brokers = serverAddress('kafka').split(',');
  const prefix = `test-${randomUUID()}.`;
  return {
    brokers,
    prefix,
    open: (options) => openKafkaLog({ brokers, prefix, partitions: 4, ...options }),
    ensure: (log, ...names) =>
      log.ensureTopics(
        names.map((name) => ({ name, partitioning: 'keyed', retentionMs: null, compacted: false }) as const),
      ),
    async deleteRecords(topic, before) {
      const admin = new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.NOTHING }).admin();
      await admin.connect();
      try {
        await admin.fetchTopicOffsets(prefix + topic);
        await admin.deleteTopicRecords({
          topic: prefix + topic,
          partitions: [{ partition: 0, offset: String(before) }],
        });
      } finally {
        await admin.disconnect();
      }
    },
  };
}

/** What the parts of the adapter are made with, for tests that look at one of them. */
export function clientOptions({ brokers }: SharedKafka): KafkaClientOptions {
  return { brokers, clientId: 'test', patienceMs: 10_000, requestTimeoutMs: 5000 };
}
