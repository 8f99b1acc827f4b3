import * as tf from '@tensorflow/tfjs-core';
import type { FeatureWindows } from '../ports.ts';
import { SeededRandom } from '../random.ts';
import { parseArchitecture, requireUndercomplete } from './architecture-settings.ts';
import type { Architecture, TrainableModel, WindowShape } from './architecture.ts';
import { denseLayer, type DenseLayer, type ExportedValue } from './dense-layer.ts';
import type { DenseSettings } from './dense-settings.ts';
import { onnxNames, OnnxGraph } from './onnx-export.ts';
import { principalComponents, type PrincipalComponents } from './principal-components.ts';

/**
 * The undercomplete autoencoder of fully connected layers over the whole window (Hinton and Salakhutdinov, Reducing the
 * Dimensionality of Data with Neural Networks, 2006): hidden layers, a linear code, the hidden layers mirrored.
 *
 * Without hidden layers it starts from the principal components of its windows, context included: of all linear
 * autoencoders these reconstruct best (Baldi and Hornik, Neural Networks and Principal Component Analysis, 1989).
 */
export const dense: Architecture = {
  name: 'dense',
  parse: (settings) => parseArchitecture('dense', settings),
  build(description, shape, seed): TrainableModel {
    requireUndercomplete(description, shape);
    const { hidden, code, activation, inputLimit } = description.settings as DenseSettings;
    const { rows, features, scoredFeatures } = shape;
    const random = SeededRandom.for(seed, 'weights');
    const encoder = stack(random, [rows * features, ...hidden, code], activation);
    const decoder = stack(random, [code, ...hidden.toReversed(), rows * scoredFeatures], activation);
    const variables = [...encoder, ...decoder].flatMap((layer) => layer.variables);

    const clipped = (windows: tf.Tensor3D): tf.Tensor2D =>
      tf.reshape(tf.clipByValue(windows, -inputLimit, inputLimit), [-1, rows * features]);
    const encode = (windows: tf.Tensor3D): tf.Tensor2D => through(encoder, clipped(windows));
    return {
      description,
      shape,
      variables,
      encode,
      reconstruct: (windows) => tf.reshape(through(decoder, encode(windows)), [-1, rows, scoredFeatures]),
      ...(hidden.length === 0 && {
        async startFrom(windows) {
          const vectors = tf.tidy(() => clipped(someWindows(windows, shape)));
          const principal = await principalComponents(vectors, code, random);
          vectors.dispose();
          startLinear(encoder[0]!, decoder[0]!, principal, shape);
        },
      }),
      exportOnnx() {
        const graph = new OnnxGraph();
        const limited = graph.add('Clip', [onnxNames.windows, graph.scalar(-inputLimit), graph.scalar(inputLimit)]);
        const flat = graph.add('Reshape', [limited, graph.integers([-1, rows * features])]);
        const encoded = exportStack(graph, encoder, { name: flat, width: rows * features }, onnxNames.code);
        const rebuilt = exportStack(graph, decoder, encoded);
        graph.add('Reshape', [rebuilt.name, graph.integers([-1, rows, scoredFeatures])], {}, onnxNames.reconstruction);
        return graph.encode('dense', shape, code);
      },
      dispose: () => tf.dispose([...variables]),
    };
  },
};

/** Windows that components are taken of: enough for them to be stable, few enough to take a second. */
const mostStartWindows = 4096;

/** Evenly spread over all of them. */
function someWindows({ count, features }: FeatureWindows, shape: WindowShape): tf.Tensor3D {
  const taken = Math.min(count, mostStartWindows);
  const cells = shape.rows * shape.features;
  const some = new Float32Array(taken * cells);
  for (let i = 0; i < taken; i++) {
    const from = Math.floor((i * count) / taken) * cells;
    some.set(features.subarray(from, from + cells), i * cells);
  }
  return tf.tensor3d(some, [taken, shape.rows, shape.features]);
}

/** code = (x - mean) V', reconstruction = mean + code V over the scored features. */
function startLinear(
  encoder: DenseLayer,
  decoder: DenseLayer,
  { mean, components }: PrincipalComponents,
  { rows, features, scoredFeatures }: WindowShape,
): void {
  const width = rows * features;
  const code = components.length / width;
  tf.tidy(() => {
    const transposed = tf.transpose(tf.tensor2d(components, [code, width]));
    const meanRow = tf.tensor2d(mean, [1, width]);
    encoder.set(transposed, tf.neg(tf.reshape(tf.matMul(meanRow, transposed), [code])));
    const scored = (values: Float32Array, count: number): tf.Tensor2D =>
      tf.reshape(tf.slice(tf.tensor3d(values, [count, rows, features]), [0, 0, 0], [count, rows, scoredFeatures]), [
        count,
        rows * scoredFeatures,
      ]);
    decoder.set(scored(components, code), tf.reshape(scored(mean, 1), [rows * scoredFeatures]));
  });
}

/** Layers of these widths, the last one linear. */
function stack(random: SeededRandom, widths: readonly number[], activation: DenseSettings['activation']): DenseLayer[] {
  return widths
    .slice(1)
    .map((units, index) =>
      denseLayer(random, widths[index]!, units, index === widths.length - 2 ? 'linear' : activation),
    );
}

function through(layers: readonly DenseLayer[], x: tf.Tensor2D): tf.Tensor2D {
  return layers.reduce((value, layer) => layer.apply(value), x);
}

function exportStack(
  graph: OnnxGraph,
  layers: readonly DenseLayer[],
  x: ExportedValue,
  output?: string,
): ExportedValue {
  return layers.reduce(
    (value, layer, index) => layer.export(graph, value, index === layers.length - 1 ? output : undefined),
    x,
  );
}
