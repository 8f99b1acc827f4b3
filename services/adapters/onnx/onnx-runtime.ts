import type { Bundle } from '../../../pipelines/autoencoders/bundle.ts';
import { CupolaError } from '../../../pipelines/errors.ts';
import type { FeatureWindows, ScoredWindows, ScoringRuntime } from '../../../pipelines/ports.ts';
import type { ModelHost } from './onnx-models.ts';
import { WorkerModels } from './worker-models.ts';

export interface OnnxRuntimeOptions {
  /** Worker threads; models are shared out among them. 1 by default; 0 scores on the calling thread. */
  readonly workers?: number;
}

/** A ScoringRuntime on onnxruntime's CPU provider. */
export async function openOnnxRuntime({ workers = 1 }: OnnxRuntimeOptions = {}): Promise<ScoringRuntime> {
  if (workers > 0) return new OnnxRuntime(Array.from({ length: workers }, () => new WorkerModels()));
  // Only here: the library need not be loaded into the main thread where workers use it.
  const { OnnxModels } = await import('./onnx-models.ts');
  return new OnnxRuntime([new OnnxModels()]);
}

interface Placed {
  readonly host: ModelHost;
  readonly loaded: Promise<void>;
}

class OnnxRuntime implements ScoringRuntime {
  readonly name = 'onnxruntime-cpu';
  readonly #hosts: readonly ModelHost[];
  readonly #models = new Map<string, Placed>();
  readonly #underWay = new Set<Promise<unknown>>();
  #isClosed = false;

  constructor(hosts: readonly ModelHost[]) {
    this.#hosts = hosts;
  }

  load(version: string, bundle: Bundle): Promise<void> {
    return this.#whileOpen(async () => {
      const placed = this.#models.get(version) ?? this.#place(version, bundle);
      await placed.loaded;
    });
  }

  score(version: string, windows: FeatureWindows): Promise<ScoredWindows> {
    return this.#whileOpen(async () => {
      const placed = this.#models.get(version);
      if (!placed)
        throw new CupolaError('CUPOLA_MODEL_NOT_LOADED', `model ${version} is not loaded`, { value: version });
      await placed.loaded;
      return placed.host.score(version, windows);
    });
  }

  /** Answers what was asked before. */
  unload(version: string): Promise<void> {
    const before = [...this.#underWay];
    return this.#whileOpen(async () => {
      const placed = this.#models.get(version);
      this.#models.delete(version);
      await Promise.allSettled(before);
      await placed?.host.unload(version);
    });
  }

  /** Answers what was asked before, then lets go of the models and ends the workers. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#underWay);
    await Promise.all(this.#hosts.map((host) => host.close()));
  }

  async #whileOpen<T>(run: () => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new CupolaError('CUPOLA_RUNTIME_CLOSED', 'the scoring runtime is closed');
    const result = run();
    this.#underWay.add(result);
    try {
      return await result;
    } finally {
      this.#underWay.delete(result);
    }
  }

  #place(version: string, bundle: Bundle): Placed {
    const host = this.#leastLoaded();
    const loaded = host.load(version, bundle);
    const placed = { host, loaded };
    this.#models.set(version, placed);
    loaded.catch(() => this.#models.delete(version));
    return placed;
  }

  #leastLoaded(): ModelHost {
    const loads = this.#hosts.map((host) => [...this.#models.values()].filter((placed) => placed.host === host).length);
    return this.#hosts[loads.indexOf(Math.min(...loads))]!;
  }
}
