import type { WindowShape } from './architecture.ts';
import { onnxNames } from './onnx-export.ts';
import { OnnxGraphReader, wholeAttribute, type WeightMatrix } from './onnx-graph-reader.ts';
import type { OnnxNode } from './onnx-schema.ts';

/** What each latent unit of a dense encoder takes of a window. */
export interface UnitWeights {
  readonly units: number;
  readonly rows: number;
  /** Feature columns that the encoder sees: all, or the scored ones. */
  readonly columns: number;
  /** units x rows x columns, row-major, in scaled units. */
  readonly values: Float32Array;
  /** Weights of hidden layers multiplied as if these were linear; false where there is one layer alone. */
  readonly isProduct: boolean;
}

/** Operators that give back what they are given, cell by cell or in part. */
const passing: ReadonlySet<string> = new Set(
  'Relu Elu Tanh Sigmoid LeakyRelu Selu Softplus Clip Slice Identity Flatten Reshape Dropout Squeeze Unsqueeze Cast'.split(
    ' ',
  ),
);

/**
 * The weights of each latent unit, from the layers between window and code of a model; null where these are not fully
 * connected ones all the way.
 */
export function unitWeights(
  graph: OnnxGraphReader,
  { rows, features, scoredFeatures }: WindowShape,
): UnitWeights | null {
  const matrices: WeightMatrix[] = [];
  let node = graph.producer(onnxNames.code);
  while (node) {
    const step = stepBack(graph, node);
    if (step === null) break;
    if (step.matrix) matrices.push(step.matrix);
    node = graph.producer(step.from);
  }
  const [inputs, units] = [matrices.at(-1)?.rows, codeWidth(graph)];
  const columns = [features, scoredFeatures].find((count) => rows * count === inputs);
  // What lowers windows by their level (Sub), and joins them with context again, is no layer.
  const isWhole = node === null || node.opType === 'Sub' || node.opType === 'Concat';
  if (units === null || columns === undefined || !isWhole) return null;
  const product = matrices.reduceRight((outer, inner) => multiplied(outer, inner));
  const values = new Float32Array(units * product.rows);
  for (let unit = 0; unit < units; unit++)
    for (let input = 0; input < product.rows; input++)
      values[unit * product.rows + input] = product.values[input * product.columns + unit]!;
  return { units, rows, columns, values, isProduct: matrices.length > 1 };
}

/** Units of the code that a model declares; null where it declares none. */
function codeWidth({ model }: OnnxGraphReader): number | null {
  const output = model.graph.output.find(({ name }) => name === onnxNames.code);
  const dim = output?.type.tensorType.shape.dim[1];
  return dim && 'dimValue' in dim && dim.dimValue > 0 ? dim.dimValue : null;
}

interface StepBack {
  /** What the node works on. */
  readonly from: string | undefined;
  /** Of a fully connected layer: inputs x units. */
  readonly matrix?: WeightMatrix;
}

function stepBack(graph: OnnxGraphReader, node: OnnxNode): StepBack | null {
  const [first, second] = node.input;
  if (passing.has(node.opType)) return { from: first };
  if (node.opType === 'Gemm' || node.opType === 'MatMul') {
    const matrix = graph.matrix(second, wholeAttribute(node, 'transB') === 1);
    return matrix && { from: first, matrix };
  }
  if (node.opType === 'Add') {
    const isBias = graph.dimsOf(second) !== null;
    return isBias || graph.dimsOf(first) ? { from: isBias ? first : second } : null;
  }
  // A code of which only some units count is the code times 0 or 1.
  return node.opType === 'Mul' ? { from: first } : null;
}

/** a b, where b may have fewer rows than a columns: layers are exported wider than they are. */
function multiplied(a: WeightMatrix, b: WeightMatrix): WeightMatrix {
  const values = new Float32Array(a.rows * b.columns);
  const inner = Math.min(a.columns, b.rows);
  for (let row = 0; row < a.rows; row++)
    for (let k = 0; k < inner; k++) {
      const factor = a.values[row * a.columns + k]!;
      if (factor === 0) continue;
      for (let column = 0; column < b.columns; column++)
        values[row * b.columns + column]! += factor * b.values[k * b.columns + column]!;
    }
  return { rows: a.rows, columns: b.columns, values };
}
