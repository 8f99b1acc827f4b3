import * as tf from '@tensorflow/tfjs-core';
import type { SeededRandom } from '../random.ts';
import { convolve, convolveTransposed, padding, stridedRows, type Convolution } from './convolution.ts';
import { activations, onnxActivation, valuesOf, vectorWidth, type Activation } from './dense-layer.ts';
import { glorotUniform, variableOf } from './initialisers.ts';
import type { OnnxGraph } from './onnx-export.ts';

/** A layer of filters over the rows of a window, strided, or the transpose of such: activation(x * kernel + bias). */
export interface ConvolutionLayer {
  readonly variables: readonly tf.Variable[];
  /** [batch, rows x channels] to the same of the rows and channels that it gives; row-major. */
  apply(x: tf.Tensor2D): tf.Tensor2D;
  /** Adds the layer to a graph, from and to [batch, channels, rows]; where it gives more channels than its own, they mean nothing. */
  export(graph: OnnxGraph, x: ExportedMap): ExportedMap;
}

/** A value of a graph, [batch, channels, rows], by its name. */
export interface ExportedMap {
  readonly name: string;
  readonly channels: number;
}

/** From the long side of a convolution to the short one, with random weights and no bias yet. */
export function convolutionLayer(random: SeededRandom, of: Convolution, activation: Activation): ConvolutionLayer {
  const { kernel, bias } = weightsOf(random, of, of.filters);
  return {
    variables: [kernel, bias],
    apply: (x) => activated(convolve(x, kernel, of), bias, activation, stridedRows(of)),
    export(graph, x) {
      const to = exportedChannels(of.filters, activation);
      // ONNX has [filters, channels, width].
      const weights = new Float32Array(to * x.channels * of.width);
      eachWeight(kernel, of, (weight, row, channel, filter) => {
        weights[(filter * x.channels + channel) * of.width + row] = weight;
      });
      const inputs = [x.name, graph.weights(weights, [to, x.channels, of.width]), exportBias(graph, bias, to)];
      return exportActivation(graph, { name: graph.add('Conv', inputs, placing(of)), channels: to }, activation);
    },
  };
}

/** From the short side of a convolution to the long one, with random weights and no bias yet. */
export function transposedLayer(random: SeededRandom, of: Convolution, activation: Activation): ConvolutionLayer {
  const { kernel, bias } = weightsOf(random, of, of.channels);
  return {
    variables: [kernel, bias],
    apply(y) {
      const cells = convolveTransposed(tf.reshape(y, [-1, of.filters]), kernel, of);
      return activated(tf.reshape(cells, [-1, of.channels]), bias, activation, of.rows);
    },
    export(graph, y) {
      const to = exportedChannels(of.channels, activation);
      // ONNX has [filters, channels, width], filters being what comes in.
      const weights = new Float32Array(y.channels * to * of.width);
      eachWeight(kernel, of, (weight, row, channel, filter) => {
        weights[(filter * to + channel) * of.width + row] = weight;
      });
      const inputs = [y.name, graph.weights(weights, [y.channels, to, of.width]), exportBias(graph, bias, to)];
      const cells = graph.add('ConvTranspose', inputs, placing(of));
      return exportActivation(graph, { name: cells, channels: to }, activation);
    },
  };
}

function weightsOf(
  random: SeededRandom,
  { width, channels, filters }: Convolution,
  biases: number,
): { kernel: tf.Variable<tf.Rank.R2>; bias: tf.Variable<tf.Rank.R1> } {
  const shape: [number, number] = [width * channels, filters];
  return {
    kernel: variableOf<tf.Rank.R2>(glorotUniform(random, ...shape), shape),
    bias: variableOf<tf.Rank.R1>(new Float32Array(biases), [biases]),
  };
}

/** Of [batch x rows, channels] to [batch, rows x channels]. */
function activated(cells: tf.Tensor2D, bias: tf.Tensor1D, activation: Activation, rows: number): tf.Tensor2D {
  return tf.reshape(activations[activation].apply(tf.add(cells, bias)), [-1, rows * bias.size]);
}

/** Widened as those of dense layers are, and for the same reason; relu has no roundings. */
function exportedChannels(channels: number, activation: Activation): number {
  const isExact = activation === 'linear' || activation === 'relu';
  return isExact ? channels : Math.ceil(channels / vectorWidth) * vectorWidth;
}

function exportBias(graph: OnnxGraph, bias: tf.Variable, to: number): string {
  const wide = new Float32Array(to);
  wide.set(valuesOf(bias));
  return graph.weights(wide, [to]);
}

function exportActivation(graph: OnnxGraph, map: ExportedMap, activation: Activation): ExportedMap {
  return activation === 'linear' ? map : { ...map, name: graph.add(onnxActivation[activation], [map.name]) };
}

/** How ONNX places a convolution, and its transpose. */
function placing(of: Convolution): Readonly<Record<string, readonly number[]>> {
  const { before, after } = padding(of);
  return { strides: [of.stride], pads: [before, after] };
}

function eachWeight(
  kernel: tf.Variable,
  { width, channels, filters }: Convolution,
  visit: (weight: number, row: number, channel: number, filter: number) => void,
): void {
  const values = valuesOf(kernel);
  let at = 0;
  for (let row = 0; row < width; row++)
    for (let channel = 0; channel < channels; channel++)
      for (let filter = 0; filter < filters; filter++) visit(values[at++]!, row, channel, filter);
}
