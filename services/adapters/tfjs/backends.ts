import { useWasmBackend } from './wasm-backend.ts';

/** A backend of TensorFlow.js: `use` makes it this thread's, or throws where the machine lacks what it needs. */
interface Backend {
  readonly name: string;
  readonly use: () => Promise<void>;
}

/** Backends, the fastest first. The last one needs nothing but the package. */
const backends: readonly Backend[] = [{ name: 'tfjs-wasm', use: useWasmBackend }];

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
