import { bundleVersion, type Bundle } from '../autoencoders/bundle.ts';
import { CupolaError } from '../errors.ts';
import { allocateFeatureWindows, createWindowEncoder } from '../features/encode-window.ts';
import { featureLayout, type FeatureLayout } from '../features/feature-layout.ts';
import type { WindowMatrix } from '../features/transform-window.ts';
import { inWholeWindows } from '../features/whole-window.ts';
import type { FeatureWindows, ScoringRuntime } from '../ports.ts';

/** Models whose reconstruction is none: of errors turned back, of residuals put together, or of medians. */
const withoutReconstruction: readonly string[] = ['reconstruction-probability', 'ensemble', 'robust-limits'];

/** A model of which all rows of a reconstruction are wanted, on a runtime that scores. */
export class WholeReconstruction {
  readonly bundle: Bundle;
  readonly layout: FeatureLayout;
  readonly #runtime: ScoringRuntime;
  readonly #version: string;

  private constructor(bundle: Bundle, runtime: ScoringRuntime) {
    this.bundle = bundle;
    this.layout = featureLayout(bundle.manifest.definition);
    this.#runtime = runtime;
    this.#version = `${bundleVersion(bundle)} in whole windows`;
  }

  /** Errors: CUPOLA_MODEL_UNSUITED where what a model gives is no reconstruction of telemetry. */
  static async open(bundle: Bundle, runtime: ScoringRuntime): Promise<WholeReconstruction> {
    const { name } = bundle.manifest.architecture;
    if (withoutReconstruction.includes(name)) {
      const bound = `none of ${withoutReconstruction.join(', ')}`;
      const how = `what ${name} gives is to be judged by, and says nothing of what telemetry should have been`;
      throw new CupolaError('CUPOLA_MODEL_UNSUITED', how, { field: 'architecture', value: name, bound });
    }
    const model = new WholeReconstruction(bundle, runtime);
    const { manifest, onnx } = bundle;
    await runtime.load(model.#version, {
      manifest: { ...manifest, definition: inWholeWindows(manifest.definition) },
      onnx,
    });
    return model;
  }

  /** Windows as the model sees them. */
  encode(windows: readonly WindowMatrix[]): FeatureWindows {
    const encode = createWindowEncoder(this.layout, this.bundle.manifest.scaler);
    const encoded = allocateFeatureWindows(this.layout, windows.length);
    windows.forEach((window, index) => encode(window, encoded, index));
    return encoded;
  }

  /** count x rows x scoredFeatures in scaled units, row-major; the windows stay the caller's. */
  async reconstruct({ count, features, weight }: FeatureWindows): Promise<Float32Array> {
    const copy = { count, features: features.slice(), weight: weight.slice() };
    return (await this.#runtime.score(this.#version, copy)).reconstruction;
  }

  close(): Promise<void> {
    return this.#runtime.unload(this.#version);
  }
}
