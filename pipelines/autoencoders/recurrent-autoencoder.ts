import * as tf from '@tensorflow/tfjs-core';
import { SeededRandom } from '../random.ts';
import { requireUndercomplete } from './architecture-settings.ts';
import type { ArchitectureDescription, TrainableModel, WindowShape } from './architecture.ts';
import { denseLayer, type DenseLayer } from './dense-layer.ts';
import { outputActivation } from './objective-settings.ts';
import { onnxNames, OnnxGraph } from './onnx-export.ts';
import type { RecurrentLayer, RecurrentLayerKind } from './recurrent-layer.ts';
import type { RecurrentSettings } from './recurrent-settings.ts';
import type { Walk } from './recurrent-walk.ts';

/**
 * The encoder-decoder of recurrent layers (Malhotra et al., LSTM-based Encoder-Decoder for Multi-sensor Anomaly Detection,
 * 2016): the encoder's last state, through a linear layer, is the code; the decoder, given the code at every step, rebuilds
 * the window from its newest row backwards.
 */
export function recurrentAutoencoder(
  description: ArchitectureDescription,
  shape: WindowShape,
  seed: number,
  layer: RecurrentLayerKind,
): TrainableModel {
  requireUndercomplete(description, shape);
  const settings = description.settings as RecurrentSettings;
  const { inputLimit } = settings;
  const layers = createLayers(settings, shape, SeededRandom.for(seed, 'weights'), layer);
  const { encoder, toCode, decoder, toRows } = layers;
  const variables = [...encoder, toCode, ...decoder, toRows].flatMap((layer) => layer.variables);
  const { rows, features, scoredFeatures } = shape;

  const encode = (windows: tf.Tensor3D): tf.Tensor2D => {
    const timeMajor = tf.transpose(tf.clipByValue(windows, -inputLimit, inputLimit), [1, 0, 2]);
    const states = through(encoder, tf.reshape(timeMajor, [-1, features]));
    const batch = windows.shape[0];
    return toCode.apply(tf.slice(states, [(rows - 1) * batch, 0], [batch, states.shape[1]]));
  };
  return {
    description,
    shape,
    variables,
    encode,
    reconstruct(windows) {
      const rebuilt = toRows.apply(through(decoder, encode(windows)));
      return tf.transpose(tf.reshape(rebuilt, [rows, windows.shape[0], scoredFeatures]), [1, 0, 2]);
    },
    exportOnnx: () => exportLayers(layers, description, shape),
    dispose: () => tf.dispose([...variables]),
  };
}

interface Layers {
  readonly encoder: readonly RecurrentLayer[];
  readonly toCode: DenseLayer;
  readonly decoder: readonly RecurrentLayer[];
  readonly toRows: DenseLayer;
}

function createLayers(
  settings: RecurrentSettings,
  shape: WindowShape,
  random: SeededRandom,
  layer: RecurrentLayerKind,
): Layers {
  const { units, code, layers } = settings;
  const stack = (inputs: number, first: Walk['input'], direction: Walk['direction']): RecurrentLayer[] =>
    Array.from({ length: layers }, (_, index) =>
      layer(random, index === 0 ? inputs : units, units, {
        steps: shape.rows,
        direction,
        input: index === 0 ? first : 'sequence',
      }),
    );
  return {
    encoder: stack(shape.features, 'sequence', 'forward'),
    toCode: denseLayer(random, units, code, 'linear'),
    decoder: stack(code, 'constant', 'reverse'),
    toRows: denseLayer(random, units, shape.scoredFeatures, outputActivation(settings)),
  };
}

function through(layers: readonly RecurrentLayer[], x: tf.Tensor2D): tf.Tensor2D {
  return layers.reduce((value, layer) => layer.apply(value), x);
}

function exportLayers(
  { encoder, toCode, decoder, toRows }: Layers,
  { name, settings }: ArchitectureDescription,
  shape: WindowShape,
): Uint8Array {
  const { units, code, inputLimit } = settings as RecurrentSettings;
  const graph = new OnnxGraph();
  const clipped = graph.add('Clip', [onnxNames.windows, graph.scalar(-inputLimit), graph.scalar(inputLimit)]);
  const encoded = exportStack(graph, encoder, graph.add('Transpose', [clipped], { perm: [1, 0, 2] }));
  const lastState = graph.add('Squeeze', [encoded.last, graph.integers([0])]);
  toCode.export(graph, { name: lastState, width: units }, onnxNames.code);
  const atOneStep = graph.add('Unsqueeze', [onnxNames.code, graph.integers([0])]);
  const atEveryStep = graph.add('Tile', [atOneStep, graph.integers([shape.rows, 1, 1])]);
  const decoded = exportStack(graph, decoder, atEveryStep);
  const states = graph.add('Reshape', [decoded.states, graph.integers([-1, units])]);
  const cells = toRows.export(graph, { name: states, width: units }, 'all cells');
  const rebuilt = graph.add('Reshape', [cells.name, graph.integers([shape.rows, -1, shape.scoredFeatures])]);
  graph.add('Transpose', [rebuilt], { perm: [1, 0, 2] }, onnxNames.reconstruction);
  return graph.encode(name, shape, code);
}

/** Adds layers one upon the other; `states` is [rows, batch, units] of the last, `last` its final state. */
function exportStack(graph: OnnxGraph, layers: readonly RecurrentLayer[], x: string): { states: string; last: string } {
  const first = { states: x, last: '' };
  return layers.reduce(({ states }, layer) => {
    const output = layer.export(graph, states);
    return { states: graph.add('Squeeze', [output.states, graph.integers([1])]), last: output.last };
  }, first);
}
