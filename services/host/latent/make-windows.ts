import {
  divergencePerUnit,
  interpolatedCodes,
  normalCodes,
  spreadCodes,
  spreadOfCodes,
  traversedCodes,
  type CodeSpread,
} from '../../../pipelines/autoencoders/latent-space.ts';
import type { Bundle } from '../../../pipelines/autoencoders/bundle.ts';
import { CupolaError } from '../../../pipelines/errors.ts';
import { allocateFeatureWindows, createWindowEncoder } from '../../../pipelines/features/encode-window.ts';
import { featureLayout } from '../../../pipelines/features/feature-layout.ts';
import { decodeMadeWindows, type MadeWindows } from '../../../pipelines/features/made-windows.ts';
import type { WindowMatrix } from '../../../pipelines/features/transform-window.ts';
import type { FeatureWindows } from '../../../pipelines/ports.ts';
import { SeededRandom } from '../../../pipelines/random.ts';
import { LatentModel, type WindowCodes } from './latent-model.ts';

/** How a latent unit is used over some windows. */
export interface LatentUnit {
  readonly unit: number;
  /** KL divergence from the prior in nats, mean over the windows: about 0 where the unit tells nothing of them. */
  readonly divergence: number;
  /** Of the codes' means. */
  readonly mean: number;
  readonly deviation: number;
  /** Whether its divergence is at least {@link leastDivergence}. */
  readonly isUsed: boolean;
}

/** Nats below which a latent unit counts as unused: the bound of Burda et al. (Importance Weighted Autoencoders, 2015) on activity. */
export const leastDivergence = 0.01;

/** What new windows are drawn by. */
export interface GenerateRequest {
  readonly count: number;
  readonly seed: number;
  /**
   * Windows whose codes say how codes are spread; without them it is the prior, to which a model's codes keep the less, the more
   * its training weighed reconstruction.
   */
  readonly like?: readonly WindowMatrix[];
  /** Whether cells are drawn about what the decoder gives, by the deviation of the architecture's setting `noise`. */
  readonly sensorNoise?: boolean;
}

/** New windows of normal telemetry: codes drawn, and decoded. Errors: CUPOLA_MODEL_UNSUITED. */
export function generateWindows(bundle: Bundle, request: GenerateRequest): Promise<MadeWindows> {
  const { count, seed, like, sensorNoise = false } = request;
  return withModel(bundle, async (model) => {
    if (like) model.requireDecoder();
    else model.requirePrior();
    const random = SeededRandom.for(seed, 'codes');
    const features = await model.windowsOf(
      like ? spreadCodes(count, await spreadOf(model, like), random) : normalCodes(count, model.units, random),
    );
    const deviation = sensorNoise ? Number(bundle.manifest.architecture.settings['noise'] ?? 0) : 0;
    const noise = SeededRandom.for(seed, 'sensor noise');
    return inUnits(bundle, deviation > 0 ? features.map((value) => value + deviation * noise.normal()) : features);
  });
}

async function spreadOf(model: LatentModel, windows: readonly WindowMatrix[]): Promise<CodeSpread> {
  const { codes, logVariance } = await model.codesOf(encoded(model.bundle, windows));
  return spreadOfCodes(codes, logVariance, model.units);
}

/** The windows on the straight line between the codes of two windows, both included. Errors: CUPOLA_MODEL_UNSUITED. */
export function interpolateWindows(
  bundle: Bundle,
  from: WindowMatrix,
  to: WindowMatrix,
  steps: number,
): Promise<MadeWindows> {
  return withModel(bundle, async (model) => {
    model.requireDecoder();
    const { codes } = await model.codesOf(encoded(bundle, [from, to]));
    const line = interpolatedCodes(codes.subarray(0, model.units), codes.subarray(model.units), steps);
    return inUnits(bundle, await model.windowsOf(line));
  });
}

/**
 * The windows of a code with one unit at each of some values: of a window's code, or, without one, of the prior's mean.
 *
 * Errors: CUPOLA_MODEL_UNSUITED; CUPOLA_USAGE_INVALID for a unit that the model does not have.
 */
export function traverseUnit(
  bundle: Bundle,
  unit: number,
  values: readonly number[],
  window?: WindowMatrix,
): Promise<MadeWindows> {
  return withModel(bundle, async (model) => {
    model.requireDecoder();
    if (!(unit < model.units)) throw noSuchUnit(unit, model.units);
    const code = window ? (await model.codesOf(encoded(bundle, [window]))).codes : new Float32Array(model.units);
    return inUnits(bundle, await model.windowsOf(traversedCodes(code, unit, values)));
  });
}

/** How the latent units are used over some windows, most divergent first. Errors: CUPOLA_MODEL_UNSUITED. */
export function latentUnits(bundle: Bundle, windows: readonly WindowMatrix[]): Promise<readonly LatentUnit[]> {
  return withModel(bundle, async (model) => {
    const codes = await model.codesOf(encoded(bundle, windows));
    return unitsOf(codes, model);
  });
}

function unitsOf({ codes, logVariance }: WindowCodes, { units, bundle }: LatentModel): readonly LatentUnit[] {
  if (!logVariance) {
    const { name } = bundle.manifest.architecture;
    const bound = 'variational, beta-variational or reconstruction-probability';
    throw new CupolaError('CUPOLA_MODEL_UNSUITED', `codes of ${name} are points, which have no divergence`, {
      field: 'architecture',
      value: name,
      bound,
    });
  }
  const divergences = divergencePerUnit(codes, logVariance, units);
  const found = Array.from(divergences, (divergence, unit) => {
    const own = codes.filter((_, at) => at % units === unit);
    const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
    const deviation = Math.sqrt(own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / own.length);
    return { unit, divergence, mean, deviation, isUsed: divergence >= leastDivergence };
  });
  return found.sort((a, b) => b.divergence - a.divergence);
}

async function withModel<T>(bundle: Bundle, use: (model: LatentModel) => Promise<T>): Promise<T> {
  const model = await LatentModel.open(bundle);
  try {
    return await use(model);
  } finally {
    await model.close();
  }
}

function encoded({ manifest }: Bundle, windows: readonly WindowMatrix[]): FeatureWindows {
  const layout = featureLayout(manifest.definition);
  const encode = createWindowEncoder(layout, manifest.scaler);
  const features = allocateFeatureWindows(layout, windows.length);
  windows.forEach((window, index) => encode(window, features, index));
  return features;
}

function inUnits({ manifest }: Bundle, features: Float32Array): MadeWindows {
  return decodeMadeWindows(manifest.definition, manifest.scaler, features);
}

function noSuchUnit(unit: number, units: number): CupolaError {
  const bound = `from 0 to ${units - 1}`;
  return new CupolaError('CUPOLA_USAGE_INVALID', `the unit is ${unit}, must be ${bound}`, {
    field: 'unit',
    value: unit,
    bound,
  });
}
