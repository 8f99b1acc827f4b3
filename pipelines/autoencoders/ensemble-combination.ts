import * as tf from '@tensorflow/tfjs-core';
import type { EnsembleSettings } from './ensemble-settings.ts';
import type { OnnxGraph } from './onnx-export.ts';

/** How the members' residuals become the ensemble's. */
export interface Combination {
  /** [batch, rows, scoredFeatures] of each member to one of that shape. */
  apply(residuals: readonly tf.Tensor3D[]): tf.Tensor3D;
  /** The same in a graph; returns the result's name. */
  export(graph: OnnxGraph, residuals: readonly string[]): string;
}

/** The combination of so many members. The median of an even number is the greater one of the two in the middle. */
export function combinationOf({ combine, votes }: EnsembleSettings, members: number): Combination {
  if (combine === 'mean') return meanSquare;
  return kthGreatest(combine === 'vote' ? votes : Math.ceil(members / 2));
}

/**
 * r = sign(mean_m r_m) sqrt(mean_m r_m^2), cell by cell: its mean square over a window is the mean of the members'.
 */
const meanSquare: Combination = {
  apply(residuals) {
    const members = residuals.length;
    const size = tf.sqrt<tf.Tensor3D>(tf.div(tf.addN(residuals.map((residual) => tf.square(residual))), members));
    return tf.where<tf.Tensor3D>(tf.less(tf.addN([...residuals]), 0), tf.neg(size), size);
  },
  export(graph, residuals) {
    const squares = residuals.map((residual) => graph.add('Mul', [residual, residual]));
    const size = graph.add('Sqrt', [graph.add('Mean', squares)]);
    const isBelow = graph.add('Less', [graph.add('Sum', residuals), graph.scalar(0)]);
    return graph.add('Where', [isBelow, graph.add('Neg', [size]), size]);
  },
};

/**
 * For each window and scored feature, the residuals of the member whose mean square over the window is the k-th greatest:
 * the error is what k members agree on. Cells that nobody observed take part in the choice, though not in the error.
 */
function kthGreatest(k: number): Combination {
  return {
    apply(residuals) {
      const errors = residuals.map((residual) => tf.sum<tf.Tensor2D>(tf.square(residual), 1));
      const { indices } = tf.topk(tf.stack(errors, 2), k);
      const [batch, , features] = residuals[0]!.shape;
      const chosen = tf.reshape(tf.slice(indices, [0, 0, k - 1], [batch, features, 1]), [batch, 1, features]);
      const parts = residuals.map((residual, member) => tf.where(tf.equal(chosen, member), residual, 0));
      return tf.addN(parts);
    },
    export(graph, residuals) {
      const errors = residuals.map((residual) => graph.add('ReduceSumSquare', [residual], { axes: [1] }));
      const all = graph.add('Concat', errors, { axis: 1 });
      const outputs = ['greatest errors', 'members by error'];
      const [, indices] = graph.addWithOutputs('TopK', [all, graph.integers([k])], { axis: 1 }, outputs);
      const chosen = graph.slice(indices!, { axis: 1, from: k - 1, to: k });
      const parts = residuals.map((residual, member) => {
        const isChosen = graph.add('Equal', [chosen, graph.integers([member])]);
        return graph.add('Where', [isChosen, residual, graph.scalar(0)]);
      });
      return graph.add('Sum', parts);
    },
  };
}
