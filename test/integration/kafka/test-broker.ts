import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKafka, type KafkaCluster } from '../../../deploy/local/kafka-broker.ts';

export interface TestKafka {
  /** host:port of every broker. */
  readonly addresses: string[];
  readonly cluster: KafkaCluster;
  stop(): Promise<void>;
}

/** Topics of tests may be kept for milliseconds only: what they hold must be there until the test has seen it. */
const noRetentionMeanwhile = { 'log.initial.task.delay.ms': 3_600_000 };

/** A real Kafka in a folder of its own, for the tests of one file. */
export async function startTestKafka(
  brokers: 1 | 3 = 1,
  properties: Readonly<Record<string, string | number>> = {},
): Promise<TestKafka> {
  const folder = mkdtempSync(join(tmpdir(), 'cupola-kafka-'));
  const cluster = await startKafka({ folder, brokers, properties: { ...noRetentionMeanwhile, ...properties } });
  return {
    addresses: cluster.address.split(','),
    cluster,
    async stop() {
      await cluster.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
