import type { Bundle } from '../../../pipelines/autoencoders/bundle.ts';
import type { FeatureWindows, ScoredWindows } from '../../../pipelines/ports.ts';
import { handedOver } from '../worker/handed-over.ts';
import { WorkerCalls } from '../worker/worker-calls.ts';
import type { ModelHost } from './onnx-models.ts';

/** Models in a worker thread of their own. */
export class WorkerModels implements ModelHost {
  readonly #calls = new WorkerCalls('onnx', new URL('onnx-worker.ts', import.meta.url), 'CUPOLA_RUNTIME_FAILED');

  async load(version: string, bundle: Bundle): Promise<void> {
    await this.#calls.call('load', [version, bundle]);
  }

  async score(version: string, windows: FeatureWindows): Promise<ScoredWindows> {
    const handed = handedOver(windows);
    return (await this.#calls.call('score', [version, handed.windows], handed.transfer)) as ScoredWindows;
  }

  async unload(version: string): Promise<void> {
    await this.#calls.call('unload', [version]);
  }

  close(): Promise<void> {
    return this.#calls.close();
  }
}
