import { bundleVersion, type Bundle } from '../../../pipelines/autoencoders/bundle.ts';
import { decoderOf } from '../../../pipelines/autoencoders/decoder-graph.ts';
import { onnxNames } from '../../../pipelines/autoencoders/onnx-export.ts';
import { CupolaError } from '../../../pipelines/errors.ts';
import type { FeatureWindows } from '../../../pipelines/ports.ts';
import { OnnxFunction } from '../../adapters/onnx/onnx-function.ts';

/** Codes of windows, count x units each, row-major. */
export interface WindowCodes {
  readonly codes: Float32Array;
  /** Log variances, of models whose codes are distributions with `codes` as means; null of others. */
  readonly logVariance: Float32Array | null;
}

/** Architectures whose codes keep to a standard normal distribution: what is drawn from that is a code of normal telemetry. */
const withPrior: readonly string[] = ['variational', 'beta-variational', 'adversarial'];

/** A model's encoder and decoder apart from one another. */
export class LatentModel {
  readonly bundle: Bundle;
  readonly version: string;
  /** Latent units. */
  readonly units: number;
  readonly #whole: OnnxFunction;
  readonly #decoder: OnnxFunction | null;

  private constructor(bundle: Bundle, units: number, whole: OnnxFunction, decoder: OnnxFunction | null) {
    this.bundle = bundle;
    this.version = bundleVersion(bundle);
    this.units = units;
    this.#whole = whole;
    this.#decoder = decoder;
  }

  /** Errors: CUPOLA_MODEL_UNSUITED where a model has no weights; CUPOLA_RUNTIME_FAILED. */
  static async open(bundle: Bundle): Promise<LatentModel> {
    const { onnx, manifest } = bundle;
    if (!onnx) throw unsuited(bundle, 'has no latent code', 'one of an autoencoder');
    const whole = await OnnxFunction.open(onnx);
    const graph = decoderOf(onnx);
    const decoder = graph && (await OnnxFunction.open(graph));
    const { rows, features } = manifest.shape;
    const code = (await whole.run(new Float32Array(rows * features), [rows, features])).get(onnxNames.code);
    return new LatentModel(bundle, code?.length ?? 0, whole, decoder);
  }

  /** Errors: CUPOLA_MODEL_UNSUITED where new telemetry cannot be drawn. */
  requirePrior(): void {
    this.requireDecoder();
    if (withPrior.includes(this.bundle.manifest.architecture.name)) return;
    const how = 'has no distribution that codes of normal telemetry keep to, so there is nothing to draw from';
    throw unsuited(this.bundle, how, `one of ${withPrior.join(', ')}`);
  }

  /** Errors: CUPOLA_MODEL_UNSUITED where windows are not made of codes alone. */
  requireDecoder(): void {
    if (this.#decoder && this.units > 0) return;
    const how = 'makes its reconstruction of more than its code, so no window can be made of a code';
    throw unsuited(this.bundle, how, 'an autoencoder with a decoder of its own, such as dense or variational');
  }

  async codesOf({ features }: FeatureWindows): Promise<WindowCodes> {
    const { rows, features: columns } = this.bundle.manifest.shape;
    const given = await this.#whole.run(features, [rows, columns]);
    return {
      codes: given.get(onnxNames.code) ?? new Float32Array(0),
      logVariance: given.get(onnxNames.codeLogVariance) ?? null,
    };
  }

  /** count x units, row-major, to count x rows x scoredFeatures in scaled units. */
  async windowsOf(codes: Float32Array): Promise<Float32Array> {
    this.requireDecoder();
    const given = await this.#decoder!.run(codes, [this.units]);
    return given.get(onnxNames.reconstruction)!;
  }

  async close(): Promise<void> {
    await Promise.all([this.#whole.close(), this.#decoder?.close()]);
  }
}

function unsuited({ manifest }: Bundle, how: string, bound: string): CupolaError {
  const { name } = manifest.architecture;
  return new CupolaError('CUPOLA_MODEL_UNSUITED', `a model of ${name} ${how}`, {
    field: 'architecture',
    value: name,
    bound,
  });
}
