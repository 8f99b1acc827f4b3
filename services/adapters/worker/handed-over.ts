import type { FeatureWindows } from '../../../pipelines/ports.ts';

/**
 * Windows ready to be handed over to a worker, with their buffers. An array that is a view of part of a larger buffer is
 * copied first, for the rest would go along.
 */
export function handedOver(windows: FeatureWindows): { windows: FeatureWindows; transfer: ArrayBuffer[] } {
  const features = owned(windows.features);
  const weight = owned(windows.weight);
  return {
    windows: { count: windows.count, features, weight },
    transfer: [features.buffer as ArrayBuffer, weight.buffer as ArrayBuffer],
  };
}

function owned<T extends Float32Array | Uint8Array>(array: T): T {
  return array.byteLength === array.buffer.byteLength ? array : (array.slice() as T);
}
