/**
 * `node pipeline-input.ts FOLDER ARCHITECTURE BATCHES`: what a scorer finds, for pipeline.ts: in FOLDER a model for each
 * example stream (`bundles`), and a log as ingest leaves it (`log.db`): definitions, a command to promote each model, and
 * BATCHES batches of telemetry a stream with ticks.
 *
 * A program of its own, so that TensorFlow.js stays out of the memory of the process that is measured.
 */
import { join } from 'node:path';
import { argv } from 'node:process';
import type { ArchitectureDescription } from '../../pipelines/autoencoders/architecture.ts';
import { encodeCommand, encodeStreamDefinition } from '../../pipelines/json-records.ts';
import type { BundleStore, Log, OutgoingRecord } from '../../pipelines/ports.ts';
import { encodeTelemetry } from '../../pipelines/telemetry/binary-codec.ts';
import type { StreamDefinition } from '../../pipelines/telemetry/stream-definition.ts';
import { topics } from '../../pipelines/topics.ts';
import { openEmbeddedLog } from '../../services/adapters/embedded/embedded-log.ts';
import { FileBundleStore } from '../../services/adapters/files/bundle-store.ts';
import { systemClock } from '../../services/adapters/system-clock.ts';
import { useWasmBackend } from '../../services/adapters/tfjs/wasm-backend.ts';
import { exampleBundle, exampleOnnx } from '../conformance/example-models.ts';
import { exampleBatch, exampleStream, exampleStreams } from './example-telemetry.ts';

const partitions = 4;
const shape = { rows: 64, features: 16, scoredFeatures: 16 };
const strideRows = 16;

const [folder, architectureJson, batches] = argv.slice(2) as [string, string, string];
const architecture = JSON.parse(architectureJson) as ArchitectureDescription;
await useWasmBackend();
const onnx = exampleOnnx(architecture, shape, 1);
const bundles = new FileBundleStore(join(folder, 'bundles'), systemClock);
const log = openEmbeddedLog({ path: join(folder, 'log.db'), partitions });
await log.ensureTopics(Object.values(topics));
for (const stream of exampleStreams) await introduce(exampleStream(stream), log, bundles);
for (let index = 0; index < Number(batches); index++) await log.append(telemetry(index));
await log.close();

async function introduce(definition: StreamDefinition, into: Log, store: BundleStore): Promise<void> {
  const { manifest } = exampleBundle(shape, strideRows, { architecture, onnx });
  const modelVersion = await store.put({ manifest: { ...manifest, definition }, onnx });
  const { stream } = definition;
  const asked = { id: stream, stream, issuedAtMs: 0, issuedBy: 'bench', reason: '' };
  await into.append([
    record(topics.streams.name, stream, encodeStreamDefinition(definition)),
    record(topics.commands.name, stream, encodeCommand({ type: 'promote', modelVersion, ...asked })),
  ]);
}

/** The `index`th batch of every stream, and a tick in every partition. */
function telemetry(index: number): OutgoingRecord[] {
  const samples = exampleStreams.map((stream) => exampleBatch(stream, index));
  const tick = encodeTelemetry({ type: 'tick', source: 'bench', timeMs: samples[0]!.ingestTimeMs });
  return [
    ...samples.map((batch) => record(topics.telemetry.name, batch.stream, encodeTelemetry(batch))),
    ...exampleStreams.slice(0, partitions).map((stream) => record(topics.telemetry.name, stream, tick)),
  ];
}

/** Streams are dealt out to the partitions. */
function record(topic: string, stream: string, value: Uint8Array): OutgoingRecord {
  return { topic, partition: exampleStreams.indexOf(stream) % partitions, key: stream, value, timestampMs: 0 };
}
