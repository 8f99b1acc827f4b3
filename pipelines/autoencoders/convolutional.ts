import * as tf from '@tensorflow/tfjs-core';
import { SeededRandom } from '../random.ts';
import { requireUndercomplete } from './architecture-settings.ts';
import type { ArchitectureDescription, TrainableModel, WindowShape } from './architecture.ts';
import { convolutionLayer, transposedLayer, type ConvolutionLayer, type ExportedMap } from './convolution-layer.ts';
import { stridedRows, type Convolution } from './convolution.ts';
import type { ConvolutionalSettings } from './convolutional-settings.ts';
import { denseLayer, type DenseLayer } from './dense-layer.ts';
import { outputActivation } from './objective-settings.ts';
import { onnxNames, OnnxGraph } from './onnx-export.ts';

/**
 * The convolutional autoencoder (Masci et al., Stacked Convolutional Auto-Encoders for Hierarchical Feature Extraction, 2011),
 * one-dimensional: filters h[t] = s(sum_j K[j] x[t stride + j] + b) over time, layer upon layer; a linear layer to the code and
 * one back; then transposed convolutions, the encoder mirrored. A pattern is learnt once, wherever in the window it stands.
 */
export function convolutional(description: ArchitectureDescription, shape: WindowShape, seed: number): TrainableModel {
  requireUndercomplete(description, shape);
  const settings = description.settings as ConvolutionalSettings;
  const { inputLimit } = settings;
  const { rows, features, scoredFeatures } = shape;
  const layers = createLayers(settings, shape, SeededRandom.for(seed, 'weights'));
  const { encoder, toCode, fromCode, decoder } = layers;
  const variables = [...encoder, toCode, fromCode, ...decoder].flatMap((layer) => layer.variables);

  const encode = (windows: tf.Tensor3D): tf.Tensor2D => {
    const x = tf.reshape(tf.clipByValue(windows, -inputLimit, inputLimit), [-1, rows * features]) as tf.Tensor2D;
    return toCode.apply(through(encoder, x));
  };
  return {
    description,
    shape,
    variables,
    encode,
    reconstruct: (windows) => tf.reshape(through(decoder, fromCode.apply(encode(windows))), [-1, rows, scoredFeatures]),
    exportOnnx: () => exportLayers(layers, shape, settings),
    dispose: () => tf.dispose([...variables]),
  };
}

interface Layers {
  readonly encoder: readonly ConvolutionLayer[];
  readonly toCode: DenseLayer;
  readonly fromCode: DenseLayer;
  readonly decoder: readonly ConvolutionLayer[];
  /** What the encoder gives: rows x channels. */
  readonly innermost: { readonly rows: number; readonly channels: number };
}

function createLayers(settings: ConvolutionalSettings, shape: WindowShape, random: SeededRandom): Layers {
  const { filters, code, activation } = settings;
  const inward = convolutions(settings, shape.rows, shape.features);
  // The decoder's own: all it gives are scored features.
  const outward = convolutions(settings, shape.rows, shape.scoredFeatures).reverse();
  const innermost = { rows: stridedRows(inward.at(-1)!), channels: filters.at(-1)! };
  const width = innermost.rows * innermost.channels;
  return {
    encoder: inward.map((of) => convolutionLayer(random, of, activation)),
    toCode: denseLayer(random, width, code, 'linear'),
    fromCode: denseLayer(random, code, width, activation),
    decoder: outward.map((of, index) =>
      transposedLayer(random, of, index === outward.length - 1 ? outputActivation(settings) : activation),
    ),
    innermost,
  };
}

/** Outermost first. */
function convolutions(
  { filters, kernel, stride }: ConvolutionalSettings,
  rows: number,
  channels: number,
): Convolution[] {
  const found: Convolution[] = [];
  for (const [index, count] of filters.entries()) {
    const outer = found[index - 1];
    const of = outer ? { rows: stridedRows(outer), channels: outer.filters } : { rows, channels };
    found.push({ ...of, filters: count, width: kernel, stride });
  }
  return found;
}

function through(layers: readonly ConvolutionLayer[], x: tf.Tensor2D): tf.Tensor2D {
  return layers.reduce((value, layer) => layer.apply(value), x);
}

function exportLayers(
  { encoder, toCode, fromCode, decoder, innermost }: Layers,
  shape: WindowShape,
  { code, inputLimit }: ConvolutionalSettings,
): Uint8Array {
  const { rows, features, scoredFeatures } = shape;
  const width = innermost.rows * innermost.channels;
  const graph = new OnnxGraph();
  const clipped = graph.add('Clip', [onnxNames.windows, graph.scalar(-inputLimit), graph.scalar(inputLimit)]);
  const map = exportThrough(graph, encoder, { name: turned(graph, clipped), channels: features });
  const inner = graph.slice(turned(graph, map.name), { axis: 2, from: 0, to: innermost.channels });
  const flat = graph.add('Reshape', [inner, graph.integers([-1, width])]);
  const encoded = toCode.export(graph, { name: flat, width }, onnxNames.code);
  const decoded = fromCode.export(graph, encoded, 'innermost');
  const cells = graph.add('Reshape', [decoded.name, graph.integers([-1, innermost.rows, innermost.channels])]);
  const rebuilt = exportThrough(graph, decoder, { name: turned(graph, cells), channels: innermost.channels });
  const windows = graph.add('Reshape', [turned(graph, rebuilt.name), graph.integers([-1, rows, rebuilt.channels])]);
  graph.slice(windows, { axis: 2, from: 0, to: scoredFeatures }, onnxNames.reconstruction);
  return graph.encode('convolutional', shape, code);
}

/** Between [batch, rows, channels] and [batch, channels, rows]. */
function turned(graph: OnnxGraph, x: string): string {
  return graph.add('Transpose', [x], { perm: [0, 2, 1] });
}

function exportThrough(graph: OnnxGraph, layers: readonly ConvolutionLayer[], x: ExportedMap): ExportedMap {
  return layers.reduce((value, layer) => layer.export(graph, value), x);
}
