import * as tf from '@tensorflow/tfjs-core';
import { onnxNames, type OnnxGraph } from '../onnx-export.ts';

/** The rows [from, to) of each window, and of each row the first `features`. */
export function rowsOf(windows: tf.Tensor3D, from: number, to: number, features: number): tf.Tensor3D {
  return tf.slice(windows, [0, from, 0], [windows.shape[0], to - from, features]);
}

/** The code of a model that has none: [batch, 0]. */
export function noCode(windows: tf.Tensor3D): tf.Tensor2D {
  return tf.zeros([windows.shape[0], 0]);
}

/** Adds a code without units to a graph; returns their number, 0. */
export function exportNoCode(graph: OnnxGraph): number {
  const oneCell = graph.slice(onnxNames.windows, { axis: 2, from: 0, to: 1 });
  const oneRow = graph.slice(oneCell, { axis: 1, from: 0, to: 1 });
  const flat = graph.add('Reshape', [oneRow, graph.integers([-1, 1])]);
  graph.slice(flat, { axis: 1, from: 0, to: 0 }, onnxNames.code);
  return 0;
}
