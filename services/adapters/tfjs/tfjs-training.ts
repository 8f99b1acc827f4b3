import { MessageChannel, receiveMessageOnPort, type MessagePort } from 'node:worker_threads';
import { CupolaError } from '../../../pipelines/errors.ts';
import type { TrainingBackend, TrainingProgress, TrainingRequest, TrainingResult } from '../../../pipelines/ports.ts';
import { handedOver } from '../worker/handed-over.ts';
import type { BackendReport } from './backends.ts';
import { WorkerCalls } from '../worker/worker-calls.ts';

/**
 * A TrainingBackend on the fastest backend of TensorFlow.js that this machine has, in a worker thread. One fit runs at a
 * time; others wait their turn. Takes ownership of a request's windows.
 */
export async function openTfjsTraining(): Promise<TrainingBackend> {
  const calls = startWorker();
  try {
    return new TfjsTraining((await calls.call('backend', [])) as string, calls);
  } catch (error) {
    await calls.close();
    throw error;
  }
}

/** Which backends of TensorFlow.js work on this machine, the one that training would use first. */
export async function describeTraining(): Promise<readonly BackendReport[]> {
  const calls = startWorker();
  try {
    return (await calls.call('describe', [])) as BackendReport[];
  } finally {
    await calls.close();
  }
}

function startWorker(): WorkerCalls {
  return new WorkerCalls('training', new URL('training-worker.ts', import.meta.url), 'CUPOLA_TRAINING_FAILED');
}

class TfjsTraining implements TrainingBackend {
  readonly name: string;
  readonly #calls: WorkerCalls;
  readonly #closing = new AbortController();

  constructor(name: string, calls: WorkerCalls) {
    this.name = name;
    this.#calls = calls;
  }

  async fit(
    request: TrainingRequest,
    onProgress: (progress: TrainingProgress) => void,
    signal?: AbortSignal,
  ): Promise<TrainingResult> {
    if (this.#closing.signal.aborted) throw new CupolaError('CUPOLA_RUNTIME_CLOSED', 'the training backend is closed');
    const stop = AbortSignal.any([this.#closing.signal, ...(signal ? [signal] : [])]);
    const abortFlag = new Int32Array(new SharedArrayBuffer(4));
    const raise = (): void => void Atomics.store(abortFlag, 0, 1);
    if (stop.aborted) raise();
    stop.addEventListener('abort', raise);
    const { port1: progress, port2: theirs } = new MessageChannel();
    progress.on('message', onProgress);
    try {
      const result = await this.#callFit(request, theirs, abortFlag.buffer);
      // The result may overtake the last epochs' progress.
      for (let last; (last = receiveMessageOnPort(progress));) onProgress(last.message as TrainingProgress);
      return result;
    } finally {
      stop.removeEventListener('abort', raise);
      progress.close();
    }
  }

  /** Calls a fit under way off. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#calls.close();
  }

  async #callFit(
    request: TrainingRequest,
    progress: MessagePort,
    abortFlag: SharedArrayBuffer,
  ): Promise<TrainingResult> {
    const training = handedOver(request.training);
    const holdout = handedOver(request.holdout);
    const args = [{ ...request, training: training.windows, holdout: holdout.windows }, progress, abortFlag];
    const transfer = [progress, ...training.transfer, ...holdout.transfer];
    return (await this.#calls.call('fit', args, transfer)) as TrainingResult;
  }
}
