import type { FitPorts } from '../../pipelines/training/fit-bundle.ts';
import { openOnnxRuntime } from '../adapters/onnx/onnx-runtime.ts';

/** A training backend and a scoring runtime, each in a thread of its own. */
export async function openFitPorts(): Promise<FitPorts> {
  // Only here: nothing else of a replay needs the library.
  const { openTfjsTraining } = await import('../adapters/tfjs/tfjs-training.ts');
  return { backend: await openTfjsTraining(), runtime: await openOnnxRuntime() };
}

export async function closeFitPorts({ backend, runtime }: FitPorts): Promise<void> {
  await Promise.all([runtime.close(), backend.close()]);
}
