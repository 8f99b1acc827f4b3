import * as tf from '@tensorflow/tfjs-core';
import type { FeatureWindows } from '../ports.ts';
import type { ArchitectureDescription, Objective, TrainableModel, WindowShape } from './architecture.ts';
import { dense } from './dense.ts';
import { onnxNames, OnnxGraph } from './onnx-export.ts';

/**
 * The undercomplete autoencoder g(f(x)) of windows less the median of each scored feature over the rows, as shapelets are
 * compared whatever their offset (Keogh and Kasetty, On the Need for Time Series Data Mining Benchmarks, 2003):
 * y = med(x) + g(f(x - med(x))), the upper one of two medians. Where a channel stands is not judged, only how it moves:
 * a drift of the level does not tire it, and in a vote it disagrees with models that see the level. Context stays.
 */
export function levelFree(description: ArchitectureDescription, shape: WindowShape, seed: number): TrainableModel {
  const inner = dense(description, shape, seed);
  const lowered = (windows: tf.Tensor3D): tf.Tensor3D => withoutLevel(windows, levelOf(windows, shape), shape);
  const ofLowered = (objective: Objective): Objective => ({
    variables: objective.variables,
    loss: ({ windows, weight }, random) => objective.loss({ windows: lowered(windows), weight }, random),
  });
  return {
    ...inner,
    encode: (windows) => inner.encode(lowered(windows)),
    reconstruct(windows) {
      const level = levelOf(windows, shape);
      return tf.add(inner.reconstruct(withoutLevel(windows, level, shape)), level);
    },
    objectives: inner.objectives!.map(ofLowered),
    async startFrom(windows, minimise) {
      const features = tf.tidy(() => lowered(tensorOf(windows, shape)).dataSync<'float32'>());
      await inner.startFrom!({ ...windows, features }, (objective, epochs) => minimise(ofLowered(objective), epochs));
    },
    exportOnnx: () => exportModel(inner, shape),
  };
}

/** How many values of a column, from the greatest, reach its median. */
function upperHalf({ rows }: WindowShape): number {
  return Math.floor((rows - 1) / 2) + 1;
}

/** [batch, 1, scoredFeatures]. */
function levelOf(windows: tf.Tensor3D, shape: WindowShape): tf.Tensor3D {
  const { rows, scoredFeatures } = shape;
  const scored = tf.slice(windows, [0, 0, 0], [-1, rows, scoredFeatures]);
  const { values } = tf.topk(tf.transpose(scored, [0, 2, 1]), upperHalf(shape));
  const medians = tf.slice(values, [0, 0, upperHalf(shape) - 1], [-1, scoredFeatures, 1]);
  return tf.transpose(medians, [0, 2, 1]);
}

function withoutLevel(windows: tf.Tensor3D, level: tf.Tensor3D, { rows, features }: WindowShape): tf.Tensor3D {
  const scoredFeatures = level.shape[2];
  const scored = tf.slice(windows, [0, 0, 0], [-1, rows, scoredFeatures]);
  const context = tf.slice(windows, [0, 0, scoredFeatures], [-1, rows, features - scoredFeatures]);
  return tf.concat([tf.sub(scored, level), context], 2);
}

function tensorOf({ count, features }: FeatureWindows, shape: WindowShape): tf.Tensor3D {
  return tf.tensor3d(features, [count, shape.rows, shape.features]);
}

function exportModel(inner: TrainableModel, shape: WindowShape): Uint8Array {
  const { features, scoredFeatures } = shape;
  const graph = new OnnxGraph();
  const half = upperHalf(shape);
  const scored = graph.slice(onnxNames.windows, { axis: 2, from: 0, to: scoredFeatures });
  const outputs = ['upper half', 'rows of the upper half'];
  const [upper] = graph.addWithOutputs('TopK', [scored, graph.integers([half])], { axis: 1 }, outputs);
  const level = graph.slice(upper!, { axis: 1, from: half - 1, to: half });
  let lowered = graph.add('Sub', [scored, level]);
  if (features > scoredFeatures) {
    const context = graph.slice(onnxNames.windows, { axis: 2, from: scoredFeatures, to: features });
    lowered = graph.add('Concat', [lowered, context], { axis: 2 });
  }
  const { reconstruction, code, codeWidth } = graph.include(inner.exportOnnx(), lowered);
  graph.add('Add', [reconstruction, level], {}, onnxNames.reconstruction);
  graph.add('Identity', [code], {}, onnxNames.code);
  return graph.encode(inner.description.name, shape, codeWidth);
}
