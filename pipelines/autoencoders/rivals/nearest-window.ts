import * as tf from '@tensorflow/tfjs-core';
import type { FeatureWindows } from '../../ports.ts';
import type { ArchitectureDescription, TrainableModel, WindowShape } from '../architecture.ts';
import { onnxNames, OnnxGraph } from '../onnx-export.ts';
import type { NearestWindowSettings } from './rival-settings.ts';
import { exportNoCode, noCode, rowsOf } from './scored-rows.ts';

/** Windows to compare with, each a row of its scored cells. */
interface KnownWindows {
  readonly count: number;
  /** count x rows x scoredFeatures. */
  readonly cells: Float32Array;
  /** -|w|^2 / 2 of each. */
  readonly offsets: Float32Array;
}

/**
 * Nearest neighbours as a detector (Ramaswamy et al., Efficient Algorithms for Mining Outliers from Large Data Sets, 2000):
 * y = the mean of the k training windows w with the least |x - w|^2, the scored features alone; in one matrix product, with
 * the greatest x.w - |w|^2 / 2. A cell that nobody observed takes part as what was guessed of it, and counts for nothing in
 * the error.
 *
 * With `newestRows`, rows before those are given back as they are, so that they have no residual: what is judged is whether
 * the newest rows are as they were when it was like this before (Lorenz, Atmospheric Predictability as Revealed by Naturally
 * Occurring Analogues, 1969).
 */
export function nearestWindow(description: ArchitectureDescription, shape: WindowShape): TrainableModel {
  const { windows: most, neighbours, newestRows, inputLimit } = description.settings as NearestWindowSettings;
  const { rows, scoredFeatures } = shape;
  const from = firstJudgedRow(newestRows, rows);
  const width = rows * scoredFeatures;
  let known = knownWindows(new Float32Array(width), width);
  return {
    description,
    shape,
    variables: [],
    objectives: [],
    encode: noCode,
    reconstruct(windows) {
      const scored = rowsOf(tf.clipByValue(windows, -inputLimit, inputLimit), 0, rows, scoredFeatures);
      const cells = tf.tensor2d(known.cells, [known.count, width]);
      const products = tf.matMul(tf.reshape(scored, [-1, width]), cells, false, true);
      const likeness = tf.add(products, tf.tensor1d(known.offsets));
      const { indices } = tf.topk(likeness, Math.min(neighbours, known.count));
      const mean = tf.reshape(tf.mean(tf.gather(cells, indices), 1), [-1, rows, scoredFeatures]) as tf.Tensor3D;
      if (from === 0) return mean;
      return tf.concat([rowsOf(windows, 0, from, scoredFeatures), rowsOf(mean, from, rows, scoredFeatures)], 1);
    },
    async startFrom(windows) {
      known = knownWindows(someCells(windows, shape, most, inputLimit), width);
    },
    exportOnnx: () => exportModel(description, shape, known),
    dispose() {},
  };
}

function firstJudgedRow(newestRows: number, rows: number): number {
  return newestRows === 0 ? 0 : Math.max(0, rows - newestRows);
}

function knownWindows(cells: Float32Array, width: number): KnownWindows {
  const count = cells.length / width;
  const offsets = Float32Array.from({ length: count }, (_, window) =>
    cells.subarray(window * width, (window + 1) * width).reduce((sum, value) => sum - (value * value) / 2, 0),
  );
  return { count, cells, offsets };
}

/** The scored cells of at most this many windows, spread evenly, and clipped. */
function someCells(
  { count, features }: FeatureWindows,
  shape: WindowShape,
  most: number,
  inputLimit: number,
): Float32Array {
  const taken = Math.min(count, most);
  const cells = new Float32Array(taken * shape.rows * shape.scoredFeatures);
  for (let i = 0, at = 0; i < taken; i++) {
    const firstRow = Math.floor((i * count) / taken) * shape.rows;
    for (let row = firstRow; row < firstRow + shape.rows; row++)
      for (let column = 0; column < shape.scoredFeatures; column++)
        cells[at++] = Math.min(Math.max(features[row * shape.features + column]!, -inputLimit), inputLimit);
  }
  return cells;
}

function exportModel(
  { name, settings }: ArchitectureDescription,
  shape: WindowShape,
  { count, cells, offsets }: KnownWindows,
): Uint8Array {
  const { neighbours, newestRows, inputLimit } = settings as NearestWindowSettings;
  const { rows, scoredFeatures } = shape;
  const width = rows * scoredFeatures;
  const graph = new OnnxGraph();
  const scored = graph.slice(onnxNames.windows, { axis: 2, from: 0, to: scoredFeatures });
  const clipped = graph.add('Clip', [scored, graph.scalar(-inputLimit), graph.scalar(inputLimit)]);
  const flat = graph.add('Reshape', [clipped, graph.integers([-1, width])]);
  const known = graph.weights(cells, [count, width]);
  const products = graph.add('Gemm', [flat, known, graph.weights(offsets, [count])], { transB: 1 });
  const k = graph.integers([Math.min(neighbours, count)]);
  const [, nearest] = graph.addWithOutputs('TopK', [products, k], { axis: 1 }, ['likeness', 'nearest']);
  const mean = graph.add('ReduceMean', [graph.add('Gather', [known, nearest!], { axis: 0 })], {
    axes: [1],
    keepdims: 0,
  });
  const asRows = graph.integers([-1, rows, scoredFeatures]);
  const from = firstJudgedRow(newestRows, rows);
  if (from === 0) graph.add('Reshape', [mean, asRows], {}, onnxNames.reconstruction);
  else {
    const before = graph.slice(scored, { axis: 1, from: 0, to: from });
    const judged = graph.slice(graph.add('Reshape', [mean, asRows]), { axis: 1, from, to: rows });
    graph.add('Concat', [before, judged], { axis: 1 }, onnxNames.reconstruction);
  }
  return graph.encode(name, shape, exportNoCode(graph));
}
