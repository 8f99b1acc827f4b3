import type { MessagePort } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs';
import { buildModel } from '../../../pipelines/autoencoders/architectures.ts';
import { fitModel, type FitControl } from '../../../pipelines/autoencoders/fit.ts';
import { takeStoredWeights } from '../../../pipelines/autoencoders/stored-weights.ts';
import type { TrainingRequest, TrainingResult } from '../../../pipelines/ports.ts';
import { answerCalls } from '../worker/worker-answers.ts';
import { describeBackends, useBestBackend } from './backends.ts';

/** The worker of TfjsTraining: sets a backend up once and fits models off the main thread. */
let backend: Promise<string> | null = null;

answerCalls({
  async describe() {
    return { result: await describeBackends() };
  },
  async backend() {
    return { result: await (backend ??= useBestBackend()) };
  },
  async fit(request: TrainingRequest, progress: MessagePort, abortFlag: SharedArrayBuffer) {
    const name = await (backend ??= useBestBackend());
    try {
      return { result: await fit(request, name, controlOf(request, progress, new Int32Array(abortFlag))) };
    } finally {
      progress.close();
    }
  },
  async close() {
    tf.disposeVariables();
  },
});

async function fit(request: TrainingRequest, backendName: string, control: FitControl): Promise<TrainingResult> {
  const model = buildModel(request.architecture, request.shape, request.seed);
  try {
    const { startFrom } = request;
    if (startFrom) takeStoredWeights(model, startFrom);
    const fitted = await fitModel(model, { ...request, isStarted: startFrom !== undefined }, control);
    return { onnx: model.exportOnnx(), ...fitted, backend: backendName };
  } finally {
    model.dispose();
  }
}

/** An abort reaches the busy thread through shared memory: messages would wait for the fit to end. */
function controlOf(request: TrainingRequest, progress: MessagePort, abortFlag: Int32Array): FitControl {
  const until = (finishAt: number): FitControl => ({
    onProgress: (epoch) => progress.postMessage(epoch, []),
    verdict: () => (Atomics.load(abortFlag, 0) !== 0 ? 'abort' : performance.now() >= finishAt ? 'finish' : 'go on'),
    share(fits) {
      const now = performance.now();
      return until(now + (finishAt - now) / fits);
    },
  });
  return until(performance.now() + 1000 * (request.maxSeconds ?? Infinity));
}
