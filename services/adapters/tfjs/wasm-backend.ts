import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { registerColumnSum } from './column-sum.ts';
import { registerHeapSlice } from './heap-slice.ts';
import { registerTransposedMatMul } from './transposed-matmul.ts';

/**
 * Makes WebAssembly (with SIMD where the processor has it) the backend of TensorFlow.js on this thread; it needs nothing
 * but the package's own files. Throws where it cannot be set up.
 */
export async function useWasmBackend(): Promise<void> {
  const module = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm');
  setWasmPaths(`${dirname(module)}/`);
  if (!(await tf.setBackend('wasm'))) throw new Error('the WebAssembly backend of TensorFlow.js did not start');
  registerTransposedMatMul('wasm');
  registerHeapSlice();
  registerColumnSum();
}
