import { decodeOnnxModel, onnxType, type OnnxModel, type OnnxNode, type OnnxTensor } from './onnx-schema.ts';

/** A matrix of weights, row-major. */
export interface WeightMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
}

/** An ONNX model's graph to walk in: who makes a value, and which weights there are. */
export class OnnxGraphReader {
  readonly model: OnnxModel;
  readonly #producers = new Map<string, OnnxNode>();
  readonly #weights = new Map<string, OnnxTensor>();

  constructor(onnx: Uint8Array) {
    this.model = decodeOnnxModel(onnx);
    for (const node of this.model.graph.node) for (const output of node.output) this.#producers.set(output, node);
    for (const tensor of this.model.graph.initializer) this.#weights.set(tensor.name, tensor);
  }

  /** The node whose output this is; null for an input, and for weights. */
  producer(value: string | undefined): OnnxNode | null {
    return (value !== undefined && this.#producers.get(value)) || null;
  }

  /** Dimensions of weights; null where the name is of none. */
  dimsOf(name: string | undefined): readonly number[] | null {
    return (name !== undefined && this.#weights.get(name)?.dims) || null;
  }

  /** A weight matrix by its name, transposed on demand; null where the name is of none. */
  matrix(name: string | undefined, isTransposed = false): WeightMatrix | null {
    const tensor = name === undefined ? undefined : this.#weights.get(name);
    if (!tensor || tensor.dims.length !== 2 || tensor.dataType !== onnxType.float) return null;
    const [rows, columns] = tensor.dims as readonly [number, number];
    const matrix = { rows, columns, values: floatsOf(tensor) };
    return isTransposed ? transposed(matrix) : matrix;
  }

  /** Float32 weights that are not 0: those that only fill up a layer are. */
  countWeights(): number {
    let count = 0;
    for (const tensor of this.#weights.values())
      if (tensor.dataType === onnxType.float) for (const value of floatsOf(tensor)) if (value !== 0) count++;
    return count;
  }
}

/** An operator's attribute that is a whole number; 0 where it is left out. */
export function wholeAttribute({ attribute }: OnnxNode, name: string): number {
  return attribute.find((one) => one.name === name)?.i ?? 0;
}

export function floatsOf({ rawData, floatData }: OnnxTensor): Float32Array {
  if (floatData && floatData.length > 0) return Float32Array.from(floatData);
  // A copy: the bytes need not lie where numbers may.
  return new Float32Array(new Uint8Array(rawData ?? []).buffer);
}

function transposed({ rows, columns, values }: WeightMatrix): WeightMatrix {
  const turned = new Float32Array(values.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) turned[column * rows + row] = values[row * columns + column]!;
  return { rows: columns, columns: rows, values: turned };
}
