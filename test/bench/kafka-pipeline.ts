import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import kafkajs from 'kafkajs';
import { decodeTelemetry } from '../../pipelines/telemetry/binary-codec.ts';
import { topics } from '../../pipelines/topics.ts';
import { openEmbeddedLog } from '../../services/adapters/embedded/embedded-log.ts';
import type { BenchResult } from './bench-result.ts';
import { compareRates } from './compare-rates.ts';
import { fillLog, scorerRate, withKafka, type BenchLog, type KafkaBench } from './kafka-input.ts';

const batches = 512;
const rounds = 3;

/**
 * Samples a second from a topic of Kafka to committed score events, by the real scorer with a dense model: against the
 * same on the embedded log, and against kafkajs consuming and decoding the same records, and nothing else.
 */
export function benchKafkaPipeline(): Promise<BenchResult[]> {
  return withKafka(batches, async (bench) => {
    const kafka = (): Promise<number> => kafkaRate(bench);
    const embedded = await compareRates(kafka, () => embeddedRate(bench), rounds);
    const filled = await bench.open();
    await fillLog(bench, filled.log);
    const alone = await compareRates(kafka, () => consumerRate(bench, filled), rounds);
    await filled.log.close();
    const result = { unit: 'samples/s' };
    return [
      { name: 'kafka.pipeline', ...result, ...embedded, against: 'the same scorer on the embedded log' },
      { name: 'kafka.consumer', ...result, ...alone, against: 'kafkajs consuming and decoding the same, alone' },
    ];
  });
}

async function kafkaRate(bench: KafkaBench): Promise<number> {
  const { log } = await bench.open();
  await fillLog(bench, log);
  return scorerRate(bench, log);
}

async function embeddedRate(bench: KafkaBench): Promise<number> {
  const path = join(bench.folder, 'copy.db');
  copyFileSync(join(bench.folder, 'log.db'), path);
  const rate = await scorerRate(bench, openEmbeddedLog({ path }));
  for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true });
  return rate;
}

let consumers = 0;

async function consumerRate({ brokers, samples }: KafkaBench, { prefix }: BenchLog): Promise<number> {
  const client = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING });
  const consumer = client.consumer({ groupId: `alone-${++consumers}`, readUncommitted: false, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topic: prefix + topics.telemetry.name, fromBeginning: true });
  const all = Promise.withResolvers<void>();
  let left = samples;
  const start = performance.now();
  await consumer.run({
    partitionsConsumedConcurrently: 4,
    eachBatch: async ({ batch }) => {
      for (const { value } of batch.messages) {
        const telemetry = decodeTelemetry(value!);
        if (telemetry.type === 'samples') left -= telemetry.value.length;
      }
      if (left <= 0) all.resolve();
    },
  });
  await all.promise;
  const seconds = (performance.now() - start) / 1000;
  await consumer.disconnect();
  return samples / seconds;
}
