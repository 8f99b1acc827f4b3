import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArchitecture } from '../../pipelines/autoencoders/architecture-settings.ts';
import type { ArchitectureDescription } from '../../pipelines/autoencoders/architecture.ts';
import type { Log } from '../../pipelines/ports.ts';
import { decodeScoreEvents } from '../../pipelines/scoring/score-codec.ts';
import { topics } from '../../pipelines/topics.ts';
import { EmbeddedDatabase } from '../../services/adapters/embedded/database.ts';
import { openEmbeddedLog } from '../../services/adapters/embedded/embedded-log.ts';
import { LogStore } from '../../services/adapters/embedded/log-store.ts';
import { FileBundleStore } from '../../services/adapters/files/bundle-store.ts';
import { openOnnxRuntime } from '../../services/adapters/onnx/onnx-runtime.ts';
import { systemClock } from '../../services/adapters/system-clock.ts';
import type { ScorerPorts } from '../../services/scorer/scorer-ports.ts';
import { WorkerCalls } from '../../services/adapters/worker/worker-calls.ts';
import { startScorer } from '../../services/scorer/scorer.ts';
import { readToEnd } from '../../services/stage/read-range.ts';
import type { BenchResult } from './bench-result.ts';
import { compareRates } from './compare-rates.ts';
import { exampleStreams, windowsInBatch } from './example-telemetry.ts';

/** The configuration's own. */
const scorerOptions = {
  maxRecords: 500,
  snapshotEveryRecords: 2000,
  commitIntervalMs: 0,
  report: (error: Error) => {
    throw error;
  },
};
/** What the pipeline runs on: the main thread, and a worker that scores. */
const threads = 2;
const rounds = 3;
const bareRoundMs = 500;

/** The dense model 1024-256-64-256-1024. */
export function benchDense(): Promise<BenchResult> {
  return benchArchitecture(parseArchitecture('dense', { hidden: [256], code: 64 }), 768);
}

/** The LSTM encoder-decoder with 64 units. */
export function benchLstm(): Promise<BenchResult> {
  return benchArchitecture(parseArchitecture('lstm', { units: 64, code: 64 }), 256);
}

/**
 * Windows a second from binary telemetry in the embedded log to score events committed there, by the real scorer, from
 * its start to its last commit; against onnxruntime alone with the same model on arrays made before, in as many workers as
 * the pipeline has threads in all.
 */
async function benchArchitecture(architecture: ArchitectureDescription, batches: number): Promise<BenchResult> {
  const folder = mkdtempSync(join(tmpdir(), 'cupola-bench-pipeline-'));
  const runtime = await openOnnxRuntime({ workers: threads - 1 });
  try {
    const fill = fileURLToPath(beside('pipeline-input.ts'));
    execFileSync(execPath, [fill, folder, JSON.stringify(architecture), String(batches)], { stdio: 'inherit' });
    const bundles = new FileBundleStore(join(folder, 'bundles'), systemClock);
    const model = await bundles.get((await bundles.list())[0]!.version);
    const bare = Array.from(
      { length: threads },
      () => new WorkerCalls('bare', beside('bare-onnx.ts'), 'CUPOLA_RUNTIME_FAILED'),
    );
    await Promise.all(bare.map((worker) => worker.call('load', [model])));
    const rate = (): Promise<number> =>
      pipelineRate(folder, { bundles, runtime, clock: systemClock }, windowsIn(batches));
    const { value, ratio } = await compareRates(rate, () => bareRate(bare), rounds);
    await Promise.all(bare.map((worker) => worker.close()));
    const against = `onnxruntime alone on ready-made windows, ${threads} threads in all for each`;
    return { name: `pipeline.${architecture.name}`, value, unit: 'windows/s', against, ratio };
  } finally {
    await runtime.close();
    rmSync(folder, { recursive: true });
  }
}

function beside(file: string): URL {
  return new URL(file, import.meta.url);
}

/** The first batch of a stream completes no window. */
function windowsIn(batches: number): number {
  return exampleStreams.length * (batches - 1) * windowsInBatch;
}

/** Scores all there is in a copy of the log. */
async function pipelineRate(folder: string, ports: Omit<ScorerPorts, 'log'>, windows: number): Promise<number> {
  const path = join(folder, 'copy.db');
  copyFileSync(join(folder, 'log.db'), path);
  const log = openEmbeddedLog({ path });
  const database = EmbeddedDatabase.acquire(path);
  const started = performance.now();
  const scorer = await startScorer({ log, ...ports }, scorerOptions);
  await Promise.race([scorer.finished, allCommitted(LogStore.of(database))]);
  const elapsedMs = performance.now() - started;
  await scorer.stop();
  const scored = await scoresIn(log);
  database.release();
  await log.close();
  if (scored !== windows) throw new Error(`${scored} of ${windows} windows were scored`);
  return (1000 * windows) / elapsedMs;
}

async function allCommitted(store: LogStore): Promise<void> {
  for (const { number, end } of store.topic(topics.telemetry.name).partitions)
    while (store.position('scorer', topics.telemetry.name, number) !== end) await systemClock.sleep(5);
}

async function scoresIn(log: Log): Promise<number> {
  let scores = 0;
  for (let partition = 0; partition < (await log.partitions(topics.scores.name)); partition++) {
    const { records } = await readToEnd(log, topics.scores.name, partition);
    for (const { value } of records) scores += decodeScoreEvents(value!).filter(({ type }) => type === 'score').length;
  }
  return scores;
}

/** Windows a second of all workers together. */
async function bareRate(bare: readonly WorkerCalls[]): Promise<number> {
  const rates = await Promise.all(bare.map((worker) => worker.call('rate', [bareRoundMs])));
  return (rates as number[]).reduce((sum, rate) => sum + rate);
}
