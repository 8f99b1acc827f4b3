import { buildModel } from '../../pipelines/autoencoders/architectures.ts';
import { parseArchitecture } from '../../pipelines/autoencoders/architecture-settings.ts';
import type { ArchitectureDescription, WindowShape } from '../../pipelines/autoencoders/architecture.ts';
import type { Bundle } from '../../pipelines/autoencoders/bundle.ts';
import { robustLimits } from '../../pipelines/autoencoders/robust-limits.ts';
import type { FeatureWindows } from '../../pipelines/ports.ts';
import { SeededRandom } from '../../pipelines/random.ts';
import { definitionOf } from '../properties/window-arbitraries.ts';

/** Architectures as tests use them: small, and every kind of layer among them. */
export const exampleArchitectures: readonly ArchitectureDescription[] = [
  parseArchitecture('dense', { hidden: [33, 20], code: 7, activation: 'elu' }),
  parseArchitecture('dense', { hidden: [48], code: 5, activation: 'relu' }),
  parseArchitecture('dense', { hidden: [], code: 3, activation: 'tanh' }),
  parseArchitecture('lstm', { units: 16, code: 6 }),
  parseArchitecture('lstm', { units: 7, code: 4, layers: 2 }),
  parseArchitecture('gru', { units: 9, code: 4 }),
  parseArchitecture('reconstruction-probability', { hidden: [20], code: 5, draws: 3 }),
  parseArchitecture('convolutional', { filters: [9, 6], kernel: 5, code: 3, activation: 'tanh' }),
];

/** A model with random weights, which depend on the seed alone; TensorFlow.js must have a backend. */
export function exampleOnnx(architecture: ArchitectureDescription, shape: WindowShape, seed: number): Uint8Array {
  const model = buildModel(architecture, shape, seed);
  try {
    return model.exportOnnx();
  } finally {
    model.dispose();
  }
}

/** A bundle around these weights, or one of robust-limits where there are none. Its stride is `strideRows`. */
export function exampleBundle(
  shape: WindowShape,
  strideRows: number,
  weights: { readonly architecture: ArchitectureDescription; readonly onnx: Uint8Array | null } = {
    architecture: robustLimits,
    onnx: null,
  },
): Bundle {
  const channels = Array.from({ length: shape.features }, (_, index) => ({
    kind: 'real',
    role: index < shape.scoredFeatures ? 'scored' : 'context',
  }));
  const seen = { fromMs: 0, toMs: 1, windows: 1 };
  return {
    manifest: {
      schemaVersion: 1,
      architecture: weights.architecture,
      shape,
      definition: definitionOf(channels, shape.rows, strideRows),
      scaler: { center: channels.map(() => 0), scale: channels.map(() => 1) },
      training: seen,
      holdout: seen,
      channelWeights: channels.slice(0, shape.scoredFeatures).map(() => 1),
      holdoutErrors: [1],
      holdoutMedianError: 1,
      threshold: { policy: 'quantile', parameters: { q: 1 } },
      statistics: [],
      fit: { seed: 0, backend: 'none', epochs: [], bestEpoch: 0 },
    },
    onnx: weights.onnx,
  };
}

/** Windows of noise with a tenth of the scored cells missing; the same for the same seed. */
export function exampleWindows(shape: WindowShape, count: number, seed: number): FeatureWindows {
  const random = SeededRandom.for(seed, 'windows');
  const { rows, features, scoredFeatures } = shape;
  const windows = {
    count,
    features: Float32Array.from({ length: count * rows * features }, () => 2 * random.normal()),
    weight: Uint8Array.from({ length: count * rows * scoredFeatures }, () => (random.uniform() < 0.1 ? 0 : 1)),
  };
  for (let cell = 0; cell < windows.weight.length; cell++) {
    const row = Math.floor(cell / scoredFeatures);
    if (windows.weight[cell] === 0) windows.features[row * features + (cell % scoredFeatures)] = 0;
  }
  return windows;
}

/** A copy of the windows [from, to): a runtime owns what it is given. */
export function someOf(windows: FeatureWindows, from = 0, to = windows.count): FeatureWindows {
  const part = <T extends Float32Array | Uint8Array>(values: T): T =>
    values.slice((values.length / windows.count) * from, (values.length / windows.count) * to) as T;
  return { count: to - from, features: part(windows.features), weight: part(windows.weight) };
}
