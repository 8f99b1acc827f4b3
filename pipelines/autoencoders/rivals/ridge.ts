import * as tf from '@tensorflow/tfjs-core';
import type { FeatureWindows } from '../../ports.ts';
import type { ArchitectureDescription, TrainableModel, WindowShape } from '../architecture.ts';
import { architectureInvalid } from '../architecture-settings.ts';
import { onBatch } from '../fit.ts';
import type { TensorBatch } from '../loss.ts';
import { onnxNames, OnnxGraph } from '../onnx-export.ts';
import { solvePositiveDefinite } from './cholesky.ts';
import type { RidgeSettings } from './rival-settings.ts';
import { exportNoCode, noCode, rowsOf } from './scored-rows.ts';

/** Rows that the weights are had from at most, which takes seconds with hundreds of inputs, and how many at once. */
const mostRows = 16_384;
const rowsAtOnce = 4096;

/**
 * The ridge regression forecaster (Hoerl and Kennard, Ridge Regression: Biased Estimation for Nonorthogonal Problems, 1970):
 * y_t = W' z_t + b, z_t all features of the rows t - past to t - 1 and the context features of row t itself, which are mostly
 * commands: they are known beforehand. W = (Z'Z / n + lambda I)^-1 Z'X / n, over the rows of which every scored cell
 * counts. Rows without enough past count as predicted.
 */
export function ridge(description: ArchitectureDescription, shape: WindowShape): TrainableModel {
  const { past, lambda, inputLimit } = description.settings as RidgeSettings;
  const { rows, features, scoredFeatures } = shape;
  if (past >= rows)
    throw architectureInvalid(description.name, 'past', past, `must be less than the rows of a window (${rows})`);
  const inputs = past * features + features - scoredFeatures;
  /** [inputs + 1, scoredFeatures]; the last row is the bias. */
  let weights = new Float32Array((inputs + 1) * scoredFeatures);

  const designOf = (windows: tf.Tensor3D): tf.Tensor2D => {
    const x = tf.clipByValue(windows, -inputLimit, inputLimit);
    const before = Array.from({ length: past }, (_, lag) => rowsOf(x, past - 1 - lag, rows - 1 - lag, features));
    const own = tf.slice(x, [0, past, scoredFeatures], [-1, rows - past, features - scoredFeatures]);
    return tf.reshape(tf.concat([...before, own], 2), [-1, inputs]);
  };
  return {
    description,
    shape,
    variables: [],
    objectives: [],
    encode: noCode,
    reconstruct(windows) {
      const kernel = tf.tensor2d(weights.subarray(0, inputs * scoredFeatures), [inputs, scoredFeatures]);
      const bias = tf.tensor1d(weights.subarray(inputs * scoredFeatures));
      const predicted = tf.add(tf.matMul(designOf(windows), kernel), bias);
      const asRows = tf.reshape<tf.Rank.R3>(predicted, [-1, rows - past, scoredFeatures]);
      return tf.concat([rowsOf(windows, 0, past, scoredFeatures), asRows], 1);
    },
    async startFrom(windows) {
      const equations = new NormalEquations(inputs + 1, scoredFeatures);
      for (const indexes of portions(windows, rows - past))
        await equations.add(() => onBatch(shape, windows, indexes, (batch) => countedRows(batch, past, designOf)));
      weights = equations.solve(lambda);
    },
    exportOnnx: () => exportModel(description, shape, weights),
    dispose() {},
  };
}

/** Inputs with a last one of 1, and targets, of the rows of a batch that have enough past; 0 where a row does not count. */
interface RegressionRows {
  readonly inputs: tf.Tensor2D;
  readonly targets: tf.Tensor2D;
}

function countedRows(
  { windows, weight }: TensorBatch,
  past: number,
  designOf: (windows: tf.Tensor3D) => tf.Tensor2D,
): RegressionRows {
  const [, rows, scoredFeatures] = weight.shape;
  const design = designOf(windows);
  const counts = tf.reshape<tf.Rank.R2>(tf.min(rowsOf(weight, past, rows, scoredFeatures), 2), [-1, 1]);
  const targets = tf.reshape<tf.Rank.R2>(rowsOf(windows, past, rows, scoredFeatures), [-1, scoredFeatures]);
  return { inputs: tf.concat([tf.mul(design, counts), counts], 1), targets: tf.mul(targets, counts) };
}

/** Z'Z and Z'X, in double precision from portion to portion. */
class NormalEquations {
  readonly #size: number;
  readonly #squares: Float64Array;
  readonly #products: Float64Array;

  constructor(size: number, targets: number) {
    this.#size = size;
    this.#squares = new Float64Array(size * size);
    this.#products = new Float64Array(size * targets);
  }

  async add(rows: () => RegressionRows): Promise<void> {
    const [squares, products] = tf.tidy(() => {
      const { inputs, targets } = rows();
      return [tf.matMul(inputs, inputs, true), tf.matMul(inputs, targets, true)];
    }) as [tf.Tensor, tf.Tensor];
    addTo(this.#squares, await squares.data<'float32'>());
    addTo(this.#products, await products.data<'float32'>());
    tf.dispose([squares, products]);
  }

  /** The weights; the last input, the 1 of the bias, is not penalised. */
  solve(lambda: number): Float32Array<ArrayBuffer> {
    const size = this.#size;
    const rows = Math.max(this.#squares.at(-1)!, 1);
    const matrix = this.#squares.map((value) => value / rows);
    for (let i = 0; i < size; i++) matrix[i * size + i]! += i < size - 1 ? lambda : leastDiagonal;
    const solution = this.#products.map((value) => value / rows);
    solvePositiveDefinite(matrix, solution, size);
    return Float32Array.from(solution);
  }
}

/** Keeps the equations solvable where no row counts. */
const leastDiagonal = 1e-9;

function addTo(sums: Float64Array, values: Float32Array): void {
  for (let i = 0; i < sums.length; i++) sums[i]! += values[i]!;
}

/** Indexes of windows spread evenly over all, with at most so many rows together, portion by portion. */
function portions({ count }: FeatureWindows, rowsEach: number): number[][] {
  const taken = Math.min(count, Math.max(1, Math.floor(mostRows / rowsEach)));
  const atOnce = Math.max(1, Math.floor(rowsAtOnce / rowsEach));
  const indexes = Array.from({ length: taken }, (_, i) => Math.floor((i * count) / taken));
  return Array.from({ length: Math.ceil(taken / atOnce) }, (_, i) => indexes.slice(i * atOnce, (i + 1) * atOnce));
}

function exportModel(
  { name, settings }: ArchitectureDescription,
  shape: WindowShape,
  weights: Float32Array,
): Uint8Array {
  const { past, inputLimit } = settings as RidgeSettings;
  const { rows, features, scoredFeatures } = shape;
  const graph = new OnnxGraph();
  const inputs = weights.length / scoredFeatures - 1;
  const x = graph.add('Clip', [onnxNames.windows, graph.scalar(-inputLimit), graph.scalar(inputLimit)]);
  const before = Array.from({ length: past }, (_, lag) =>
    graph.slice(x, { axis: 1, from: past - 1 - lag, to: rows - 1 - lag }),
  );
  const ownRows = graph.slice(x, { axis: 1, from: past, to: rows });
  const own = graph.slice(ownRows, { axis: 2, from: scoredFeatures, to: features });
  const all = graph.add('Concat', features > scoredFeatures ? [...before, own] : before, { axis: 2 });
  const design = graph.add('Reshape', [all, graph.integers([-1, inputs])]);
  const kernel = graph.weights(weights.slice(0, inputs * scoredFeatures), [inputs, scoredFeatures]);
  const bias = graph.weights(weights.slice(inputs * scoredFeatures), [scoredFeatures]);
  const predicted = graph.add('Gemm', [design, kernel, bias]);
  const asRows = graph.add('Reshape', [predicted, graph.integers([-1, rows - past, scoredFeatures])]);
  const scored = graph.slice(onnxNames.windows, { axis: 2, from: 0, to: scoredFeatures });
  const first = graph.slice(scored, { axis: 1, from: 0, to: past });
  graph.add('Concat', [first, asRows], { axis: 1 }, onnxNames.reconstruction);
  return graph.encode(name, shape, exportNoCode(graph));
}
