import { InferenceSession, Tensor } from 'onnxruntime-node';
import { parseArchitecture } from '../../pipelines/autoencoders/architecture-settings.ts';
import type { ArchitectureDescription } from '../../pipelines/autoencoders/architecture.ts';
import { openOnnxRuntime } from '../../services/adapters/onnx/onnx-runtime.ts';
import { useWasmBackend } from '../../services/adapters/tfjs/wasm-backend.ts';
import { exampleBundle, exampleOnnx, exampleWindows, someOf } from '../conformance/example-models.ts';
import type { BenchResult } from './bench-result.ts';
import { compareRates } from './compare-rates.ts';

const shape = { rows: 64, features: 16, scoredFeatures: 16 };
const strideRows = 16;
const batch = 256;
/** Batches given to the port before the first comes back: the worker then never waits for the main thread. */
const underWay = 3;
const roundMs = 500;

/** The dense model 1024-256-64-256-1024. */
export function benchDense(): Promise<BenchResult> {
  return benchArchitecture(parseArchitecture('dense', { hidden: [256], code: 64 }));
}

/** The LSTM encoder-decoder with 64 units. */
export function benchLstm(): Promise<BenchResult> {
  return benchArchitecture(parseArchitecture('lstm', { units: 64, code: 64 }));
}

/**
 * Windows scored a second through the port: handed to a worker, run, residuals taken, and the newest strides handed back;
 * against onnxruntime alone with the same model on arrays made before, on one thread too.
 */
async function benchArchitecture(architecture: ArchitectureDescription): Promise<BenchResult> {
  await useWasmBackend();
  const onnx = exampleOnnx(architecture, shape, 1);
  const runtime = await openOnnxRuntime();
  await runtime.load('model', exampleBundle(shape, strideRows, { architecture, onnx }));
  const session = await InferenceSession.create(onnx, { intraOpNumThreads: 1, graphOptimizationLevel: 'all' });
  const windows = exampleWindows(shape, batch, 1);
  const feed = { windows: new Tensor('float32', windows.features, [batch, shape.rows, shape.features]) };
  const { value, ratio } = await compareRates(
    () => windowsPerSecond(underWay, () => runtime.score('model', someOf(windows))),
    () => windowsPerSecond(1, () => session.run(feed)),
  );
  await session.release();
  await runtime.close();
  const name = `score.${architecture.name}`;
  return { name, value, unit: 'windows/s', against: 'onnxruntime alone on ready-made windows', ratio };
}

/** Keeps `lanes` calls under way. */
async function windowsPerSecond(lanes: number, scoreBatch: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  let scored = 0;
  const lane = async (): Promise<void> => {
    while (performance.now() - started < roundMs) {
      await scoreBatch();
      scored += batch;
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return (1000 * scored) / (performance.now() - started);
}
