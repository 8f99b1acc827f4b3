import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { startKafka, type KafkaCluster } from '../../deploy/local/kafka-broker.ts';
import { parseArchitecture } from '../../pipelines/autoencoders/architecture-settings.ts';
import type { Log } from '../../pipelines/ports.ts';
import { topics } from '../../pipelines/topics.ts';
import { openEmbeddedLog } from '../../services/adapters/embedded/embedded-log.ts';
import { FileBundleStore } from '../../services/adapters/files/bundle-store.ts';
import { openKafkaLog, type KafkaLogOptions } from '../../services/adapters/kafka/kafka-log.ts';
import { openOnnxRuntime } from '../../services/adapters/onnx/onnx-runtime.ts';
import { systemClock } from '../../services/adapters/system-clock.ts';
import type { ScorerPorts } from '../../services/scorer/scorer-ports.ts';
import { startScorer } from '../../services/scorer/scorer.ts';
import { readToEnd } from '../../services/stage/read-range.ts';
import { exampleStreams } from './example-telemetry.ts';

export const partitions = 4;
/** The configuration's own. */
export const scorerOptions = {
  maxRecords: 500,
  snapshotEveryRecords: 2000,
  commitIntervalMs: 250,
  report(error: Error): void {
    throw error;
  },
};
export const samplesInBatch = 1024;
/** As much as goes into one transaction of the filling. */
const recordsAtOnce = 100;

/** What every benchmark on Kafka has: a broker, and what a scorer finds, as ingest leaves it, for copying. */
export interface KafkaBench {
  readonly kafka: KafkaCluster;
  readonly brokers: readonly string[];
  readonly folder: string;
  readonly ports: Omit<ScorerPorts, 'log'>;
  /** Of the telemetry in the input. */
  readonly samples: number;
  /** A log under names that nothing else has; `fill` puts the input into it. */
  open(options?: Partial<KafkaLogOptions>): Promise<BenchLog>;
}

export interface BenchLog {
  readonly log: Log;
  readonly prefix: string;
}

/** Runs a benchmark with a broker and an input of `batches` batches a stream, and takes both away. */
export async function withKafka<T>(batches: number, bench: (kafka: KafkaBench) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'cupola-bench-kafka-'));
  const runtime = await openOnnxRuntime({ workers: 1 });
  let kafka: KafkaCluster | null = null;
  try {
    const architecture = JSON.stringify(parseArchitecture('dense', { hidden: [256], code: 64 }));
    const fill = fileURLToPath(new URL('pipeline-input.ts', import.meta.url));
    execFileSync(execPath, [fill, folder, architecture, String(batches)], { stdio: 'inherit' });
    kafka = await startKafka({ folder: join(folder, 'kafka') });
    const brokers = kafka.address.split(',');
    const bundles = new FileBundleStore(join(folder, 'bundles'), systemClock);
    let logs = 0;
    return await bench({
      kafka,
      brokers,
      folder,
      ports: { bundles, runtime, clock: systemClock },
      samples: exampleStreams.length * batches * samplesInBatch,
      async open(options) {
        const prefix = options?.prefix ?? `bench-${++logs}.`;
        const log = await openKafkaLog({ brokers, partitions, prefix, ...options });
        await log.ensureTopics(Object.values(topics));
        return { log, prefix };
      },
    });
  } finally {
    await kafka?.kill();
    await runtime.close();
    rmSync(folder, { recursive: true });
  }
}

/** Copies the input into a log: definitions and commands, and telemetry unless it is left out. */
export async function fillLog({ folder }: KafkaBench, log: Log, telemetry = true): Promise<void> {
  const input = openEmbeddedLog({ path: join(folder, 'log.db') });
  const names = [topics.streams.name, topics.commands.name, ...(telemetry ? [topics.telemetry.name] : [])];
  for (const topic of names)
    for (let partition = 0; partition < partitions; partition++) {
      const { records } = await readToEnd(input, topic, partition);
      for (let from = 0; from < records.length; from += recordsAtOnce)
        await log.append(records.slice(from, from + recordsAtOnce));
    }
  await input.close();
}

/** Resolves once the scorer has committed all telemetry that there is. */
export async function allScored(log: Log): Promise<void> {
  while ((await log.groupPositions('scorer', topics.telemetry.name)).some(({ lag }) => lag > 0))
    await systemClock.sleep(10);
}

/** Samples a second that a scorer takes in, from its start to its last commit. Closes the log. */
export async function scorerRate({ ports, samples }: KafkaBench, log: Log): Promise<number> {
  const start = performance.now();
  const scorer = await startScorer({ ...ports, log }, scorerOptions);
  await Promise.race([scorer.finished, allScored(log)]);
  const seconds = (performance.now() - start) / 1000;
  await scorer.stop();
  await log.close();
  return samples / seconds;
}
