import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { parseArchitecture } from '../../pipelines/autoencoders/architecture-settings.ts';
import type { ArchitectureDescription } from '../../pipelines/autoencoders/architecture.ts';
import { encodeCommand, encodeStreamDefinition } from '../../pipelines/json-records.ts';
import type { BundleStore, Log, OutgoingRecord, ScoringRuntime } from '../../pipelines/ports.ts';
import { decodeScoreEvents } from '../../pipelines/scoring/score-codec.ts';
import { encodeTelemetry } from '../../pipelines/telemetry/binary-codec.ts';
import type { StreamDefinition } from '../../pipelines/telemetry/stream-definition.ts';
import { topics } from '../../pipelines/topics.ts';
import { EmbeddedDatabase } from '../../services/adapters/embedded/database.ts';
import { openEmbeddedLog } from '../../services/adapters/embedded/embedded-log.ts';
import { LogStore } from '../../services/adapters/embedded/log-store.ts';
import { FileBundleStore } from '../../services/adapters/files/bundle-store.ts';
import { openOnnxRuntime } from '../../services/adapters/onnx/onnx-runtime.ts';
import { systemClock } from '../../services/adapters/system-clock.ts';
import { useWasmBackend } from '../../services/adapters/tfjs/wasm-backend.ts';
import { startScorer } from '../../services/scorer/scorer.ts';
import { readToEnd } from '../../services/stage/read-range.ts';
import { exampleBundle, exampleOnnx, exampleWindows } from '../conformance/example-models.ts';
import type { BenchResult } from './bench-result.ts';
import { compareRates } from './compare-rates.ts';
import { exampleBatch, exampleStream, windowsInBatch } from './example-telemetry.ts';

const shape = { rows: 64, features: 16, scoredFeatures: 16 };
const strideRows = 16;
const streams = Array.from({ length: 8 }, (_, i) => `bench-${i}`);
const partitions = 4;
/** The configuration's own. */
const scorerOptions = { maxRecords: 500, snapshotEveryRecords: 2000 };
/** What the pipeline runs on: the main thread and one worker. */
const threads = 2;
const bareBatch = 256;
const bareRoundMs = 500;

/** The dense model 1024-256-64-256-1024. */
export function benchDense(): Promise<BenchResult> {
  return benchArchitecture(parseArchitecture('dense', { hidden: [256], code: 64 }), 512);
}

/** The LSTM encoder-decoder with 64 units. */
export function benchLstm(): Promise<BenchResult> {
  return benchArchitecture(parseArchitecture('lstm', { units: 64, code: 64 }), 128);
}

/**
 * Windows a second from binary telemetry in the embedded log to score events committed there, by the real scorer from its
 * start to its last commit; against onnxruntime alone with the same model on arrays made before, on as many threads in
 * all.
 */
async function benchArchitecture(architecture: ArchitectureDescription, batches: number): Promise<BenchResult> {
  await useWasmBackend();
  const onnx = exampleOnnx(architecture, shape, 1);
  const folder = mkdtempSync(join(tmpdir(), 'cupola-bench-pipeline-'));
  const runtime = await openOnnxRuntime({ workers: threads - 1 });
  const bare = await InferenceSession.create(onnx, { intraOpNumThreads: threads, graphOptimizationLevel: 'all' });
  try {
    const bundles = new FileBundleStore(join(folder, 'bundles'), systemClock);
    const filled = join(folder, 'filled.db');
    await fillLog(filled, batches, (definition) => promoted(bundles, architecture, onnx, definition));
    const { value, ratio } = await compareRates(
      () => pipelineRate(filled, bundles, runtime, batches),
      () => bareRate(bare),
      3,
    );
    const against = `onnxruntime alone on ready-made windows, ${threads} threads in all for either`;
    return { name: `pipeline.${architecture.name}`, value, unit: 'windows/s', against, ratio };
  } finally {
    await bare.release();
    await runtime.close();
    rmSync(folder, { recursive: true });
  }
}

/** Stores a model of a stream's own, and returns its version. */
function promoted(
  bundles: BundleStore,
  architecture: ArchitectureDescription,
  onnx: Uint8Array,
  definition: StreamDefinition,
): Promise<string> {
  const { manifest } = exampleBundle(shape, strideRows, { architecture, onnx });
  return bundles.put({ manifest: { ...manifest, definition }, onnx });
}

/** A log as ingest leaves it: definitions, a command to promote each stream's model, and telemetry with ticks. */
async function fillLog(
  path: string,
  batches: number,
  modelOf: (definition: StreamDefinition) => Promise<string>,
): Promise<void> {
  const log = openEmbeddedLog({ path, partitions });
  await log.ensureTopics(Object.values(topics));
  for (const stream of streams) {
    const definition = exampleStream(stream);
    const promote = { type: 'promote', id: stream, stream, modelVersion: await modelOf(definition) } as const;
    await log.append([
      record(topics.streams.name, stream, encodeStreamDefinition(definition)),
      record(topics.commands.name, stream, encodeCommand({ ...promote, issuedAtMs: 0, issuedBy: 'bench', reason: '' })),
    ]);
  }
  for (let index = 0; index < batches; index++) {
    const samples = streams.map((stream) => exampleBatch(stream, index));
    const tick = { type: 'tick', source: 'bench', timeMs: samples[0]!.ingestTimeMs } as const;
    const ticks = streams
      .slice(0, partitions)
      .map((stream) => record(topics.telemetry.name, stream, encodeTelemetry(tick)));
    await log.append([
      ...samples.map((batch) => record(topics.telemetry.name, batch.stream, encodeTelemetry(batch))),
      ...ticks,
    ]);
  }
  await log.close();
}

/** Streams are dealt out to the partitions. */
function record(topic: string, stream: string, value: Uint8Array): OutgoingRecord {
  return { topic, partition: streams.indexOf(stream) % partitions, key: stream, value, timestampMs: 0 };
}

/** On a copy of the filled log. */
async function pipelineRate(
  filled: string,
  bundles: BundleStore,
  runtime: ScoringRuntime,
  batches: number,
): Promise<number> {
  const path = `${filled}.copy`;
  copyFileSync(filled, path);
  const log = openEmbeddedLog({ path });
  const database = EmbeddedDatabase.acquire(path);
  const started = performance.now();
  const scorer = await startScorer({ log, bundles, runtime }, scorerOptions);
  await Promise.race([scorer.finished, allCommitted(log, LogStore.of(database))]);
  const elapsedMs = performance.now() - started;
  await scorer.stop();
  const windows = await scoredWindows(log);
  database.release();
  await log.close();
  // Of the first batch, no window is complete yet.
  if (windows !== streams.length * windowsInBatch * (batches - 1)) throw new Error(`${windows} windows were scored`);
  return (1000 * windows) / elapsedMs;
}

async function allCommitted(log: Log, store: LogStore): Promise<void> {
  for (let partition = 0; partition < partitions; partition++) {
    const { end } = await log.range(topics.telemetry.name, partition);
    while (store.position('scorer', topics.telemetry.name, partition) !== end) await systemClock.sleep(1);
  }
}

async function scoredWindows(log: Log): Promise<number> {
  let windows = 0;
  for (let partition = 0; partition < partitions; partition++) {
    const { records } = await readToEnd(log, topics.scores.name, partition);
    for (const { value } of records) windows += decodeScoreEvents(value!).filter(({ type }) => type === 'score').length;
  }
  return windows;
}

async function bareRate(session: InferenceSession): Promise<number> {
  const { features } = exampleWindows(shape, bareBatch, 1);
  const feed = { windows: new Tensor('float32', features, [bareBatch, shape.rows, shape.features]) };
  const started = performance.now();
  let windows = 0;
  while (performance.now() - started < bareRoundMs) {
    await session.run(feed);
    windows += bareBatch;
  }
  return (1000 * windows) / (performance.now() - started);
}
