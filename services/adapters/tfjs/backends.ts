import * as tf from '@tensorflow/tfjs';
import { useWasmBackend } from './wasm-backend.ts';

/** A backend of TensorFlow.js: `use` makes it this thread's, or throws where the machine lacks what it needs. */
interface Backend {
  readonly name: string;
  readonly use: () => Promise<void>;
}

/** Backends, the fastest first. The last one needs nothing but the package. */
const backends: readonly Backend[] = [{ name: 'tfjs-wasm', use: useWasmBackend }];

/** Whether a backend works on this machine, and if not, why. */
export interface BackendReport {
  readonly name: string;
  readonly version: string;
  readonly problem: string | null;
}

/** Tries every backend on this thread, the fastest first. */
export async function describeBackends(): Promise<BackendReport[]> {
  const reports: BackendReport[] = [];
  for (const { name, use } of backends) {
    const problem = await use().then(
      () => null,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    reports.push({ name, version: tf.version_core, problem });
  }
  return reports;
}

/** Sets up the first backend that works on this machine and returns its name; throws what the last one threw. */
export async function useBestBackend(): Promise<string> {
  let failure: unknown = null;
  for (const { name, use } of backends)
    try {
      await use();
      return name;
    } catch (error) {
      failure = error;
    }
  throw failure;
}
