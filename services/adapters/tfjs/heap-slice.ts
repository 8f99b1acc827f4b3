import {
  getKernel,
  registerKernel,
  slice_util,
  unregisterKernel,
  type KernelFunc,
  type TensorInfo,
} from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';

/**
 * Makes slices of one and two dimensions cost what they copy. The WASM backend's own kernel copies the whole source out
 * of the heap first: taking one time step of 64 out of a batch of LSTM projections took 1.2 ms, and takes 0.01 ms
 * so. Calling it again changes nothing.
 */
export function registerHeapSlice(): void {
  const { kernelFunc: original } = getKernel('Slice', 'wasm');
  if (original.name === sliceOnHeap.name) return;
  unregisterKernel('Slice', 'wasm');
  registerKernel({ kernelName: 'Slice', backendName: 'wasm', kernelFunc: sliceOnHeap });

  function sliceOnHeap(call: Parameters<KernelFunc>[0]): TensorInfo | TensorInfo[] {
    const x = call.inputs['x']!;
    if (x.shape.length > 2 || x.dtype !== 'float32') return original(call);
    const { begin, size } = call.attrs as unknown as { begin: number[]; size: number[] };
    const backend = call.backend as BackendWasm;
    const [from, extent] = slice_util.parseSliceParams(x, begin, size) as [number[], number[]];
    const out = backend.makeOutput(extent, 'float32');
    // Views come after the allocation, which may move the heap.
    const source = backend.typedArrayFromHeap(x) as Float32Array;
    const target = backend.typedArrayFromHeap(out) as Float32Array;
    const width = x.shape.at(-1) ?? 1;
    const columns = extent.at(-1) ?? 1;
    const firstRow = x.shape.length === 2 ? from[0]! : 0;
    const firstColumn = from.at(-1) ?? 0;
    if (columns === width) target.set(source.subarray(firstRow * width, firstRow * width + target.length));
    else
      for (let at = 0, cell = firstRow * width + firstColumn; at < target.length; cell += width - columns)
        for (let column = 0; column < columns; column++) target[at++] = source[cell++]!;
    return out;
  }
}
