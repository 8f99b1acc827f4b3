import { randomUUID } from 'node:crypto';
import { openKafkaLog, type KafkaLogOptions } from '../../../services/adapters/kafka/kafka-log.ts';
import type { Log } from '../../../pipelines/ports.ts';
import { serverAddress } from '../../real-servers/server-address.ts';

/** Logs on the broker that all tests share, under names that nobody else has. */
export interface SharedKafka {
  readonly brokers: string[];
  readonly prefix: string;
  open(options?: Partial<KafkaLogOptions>): Promise<Log>;
  /** Makes topics keyed by stream. */
  ensure(log: Log, ...names: string[]): Promise<void>;
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
  };
}
