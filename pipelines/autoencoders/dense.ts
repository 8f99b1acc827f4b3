import * as tf from '@tensorflow/tfjs-core';
import { SeededRandom } from '../random.ts';
import { parseArchitecture, requireUndercomplete } from './architecture-settings.ts';
import type { Architecture, TrainableModel } from './architecture.ts';
import { denseLayer, type DenseLayer, type ExportedValue } from './dense-layer.ts';
import type { DenseSettings } from './dense-settings.ts';
import { onnxNames, OnnxGraph } from './onnx-export.ts';

/**
 * The undercomplete autoencoder of fully connected layers over the whole window (Hinton and Salakhutdinov, Reducing the
 * Dimensionality of Data with Neural Networks, 2006): hidden layers, a linear code, the hidden layers mirrored.
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

    const encode = (windows: tf.Tensor3D): tf.Tensor2D =>
      through(encoder, tf.reshape(tf.clipByValue(windows, -inputLimit, inputLimit), [-1, rows * features]));
    return {
      description,
      shape,
      variables,
      encode,
      reconstruct: (windows) => tf.reshape(through(decoder, encode(windows)), [-1, rows, scoredFeatures]),
      exportOnnx() {
        const graph = new OnnxGraph();
        const clipped = graph.add('Clip', [onnxNames.windows, graph.scalar(-inputLimit), graph.scalar(inputLimit)]);
        const flat = graph.add('Reshape', [clipped, graph.integers([-1, rows * features])]);
        const encoded = exportStack(graph, encoder, { name: flat, width: rows * features }, onnxNames.code);
        const rebuilt = exportStack(graph, decoder, encoded);
        graph.add('Reshape', [rebuilt.name, graph.integers([-1, rows, scoredFeatures])], {}, onnxNames.reconstruction);
        return graph.encode('dense', shape, code);
      },
      dispose: () => tf.dispose([...variables]),
    };
  },
};

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
