import { InferenceSession, Tensor } from 'onnxruntime-node';
import { onnxNames } from '../../../pipelines/autoencoders/onnx-export.ts';
import { robustLimits } from '../../../pipelines/autoencoders/robust-limits.ts';
import type { WindowShape } from '../../../pipelines/autoencoders/architecture.ts';
import type { Bundle } from '../../../pipelines/autoencoders/bundle.ts';
import { CupolaError } from '../../../pipelines/errors.ts';
import type { FeatureWindows, ScoredWindows } from '../../../pipelines/ports.ts';
import { joinColumns } from '../../../pipelines/scoring/join-columns.ts';
import { errorMeasure, scoredWindows, type ErrorMeasure } from '../../../pipelines/scoring/scored-windows.ts';

/**
 * One thread a session, and none that spins: with pools of their own, 200 sessions fall from 9,700 to 65 windows a second.
 */
const sessionOptions: InferenceSession.SessionOptions = {
  executionProviders: ['cpu'],
  graphOptimizationLevel: 'all',
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  logSeverityLevel: 3,
  extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
};

/**
 * Windows given to a session at once, unless a model can do with fewer only: enough to read the weights once for many, and
 * activations stay in the cache.
 */
const usualWindowsAtOnce = 128;

interface LoadedModel {
  readonly shape: WindowShape;
  readonly measure: ErrorMeasure;
  readonly windowsAtOnce: number;
  /** null for robust-limits, which has no weights. */
  readonly session: InferenceSession | null;
}

/** Where models live and windows are scored: on this thread or behind a worker. */
export interface ModelHost {
  load(version: string, bundle: Bundle): Promise<void>;
  score(version: string, windows: FeatureWindows): Promise<ScoredWindows>;
  unload(version: string): Promise<void>;
  close(): Promise<void>;
}

/** Models loaded into onnxruntime on the calling thread. */
export class OnnxModels implements ModelHost {
  readonly #models = new Map<string, LoadedModel>();

  async load(version: string, { manifest, onnx }: Bundle): Promise<void> {
    if (this.#models.has(version)) return;
    if (!onnx && manifest.architecture.name !== robustLimits.name)
      throw new CupolaError('CUPOLA_BUNDLE_CORRUPT', `model ${version} has no weights`, { field: 'onnx', value: null });
    const session = onnx && (await InferenceSession.create(onnx, sessionOptions).catch(failed(`load ${version}`)));
    const { shape, architecture } = manifest;
    const windowsAtOnce = (architecture.settings['windowsAtOnce'] as number | undefined) ?? usualWindowsAtOnce;
    this.#models.set(version, { shape, measure: errorMeasure(manifest), windowsAtOnce, session });
  }

  async score(version: string, windows: FeatureWindows): Promise<ScoredWindows> {
    const model = this.#models.get(version);
    if (!model) throw new CupolaError('CUPOLA_MODEL_NOT_LOADED', `model ${version} is not loaded`, { value: version });
    return scoreAll(model, windows).catch(failed(`run ${version}`));
  }

  async unload(version: string): Promise<void> {
    const model = this.#models.get(version);
    this.#models.delete(version);
    await model?.session?.release();
  }

  async close(): Promise<void> {
    for (const version of this.#models.keys()) await this.unload(version);
  }
}

async function scoreAll(model: LoadedModel, windows: FeatureWindows): Promise<ScoredWindows> {
  const parts: ScoredWindows[] = [];
  for (let first = 0; first === 0 || first < windows.count; first += model.windowsAtOnce)
    parts.push(await scoreSome(model, windowsFrom(model, windows, first)));
  if (parts.length === 1) return parts[0]!;
  return {
    featureErrors: joinColumns(parts.map((part) => part.featureErrors)),
    strideErrors: joinColumns(parts.map((part) => part.strideErrors)),
    rowErrors: joinColumns(parts.map((part) => part.rowErrors)),
    latent: joinColumns(parts.map((part) => part.latent)),
    reconstruction: joinColumns(parts.map((part) => part.reconstruction)),
  };
}

/** A view of at most windowsAtOnce windows. */
function windowsFrom(
  { shape: { rows, features, scoredFeatures }, windowsAtOnce }: LoadedModel,
  all: FeatureWindows,
  first: number,
): FeatureWindows {
  const end = Math.min(first + windowsAtOnce, all.count);
  return {
    count: end - first,
    features: all.features.subarray(first * rows * features, end * rows * features),
    weight: all.weight.subarray(first * rows * scoredFeatures, end * rows * scoredFeatures),
  };
}

async function scoreSome(model: LoadedModel, windows: FeatureWindows): Promise<ScoredWindows> {
  const { session, shape, measure } = model;
  if (!session || windows.count === 0) {
    const zeros = new Float32Array(windows.count * shape.rows * shape.scoredFeatures);
    return scoredWindows(shape, measure, windows, zeros, new Float32Array(0));
  }
  const feed = new Tensor('float32', windows.features, [windows.count, shape.rows, shape.features]);
  const output = await session.run({ [onnxNames.windows]: feed });
  const reconstruction = output[onnxNames.reconstruction]!.data as Float32Array;
  // A copy: the library's own memory cannot be handed over to another thread.
  const latent = (output[onnxNames.code]!.data as Float32Array).slice();
  return scoredWindows(shape, measure, windows, reconstruction, latent);
}

function failed(doing: string): (cause: unknown) => never {
  return (cause) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CupolaError('CUPOLA_RUNTIME_FAILED', `could not ${doing}: ${reason}`, { cause });
  };
}
