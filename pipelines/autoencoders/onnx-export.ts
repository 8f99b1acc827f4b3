import type { WindowShape } from './architecture.ts';
import {
  decodeOnnxModel,
  encodeOnnxModel,
  onnxType,
  type OnnxAttribute,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
} from './onnx-schema.ts';

/** Names of an exported model's input and outputs, all float32. */
export const onnxNames = {
  /** [batch, rows, features], scaled. */
  windows: 'windows',
  /** [batch, rows, scoredFeatures], scaled. */
  reconstruction: 'reconstruction',
  /** [batch, code]. */
  code: 'code',
  /** [batch, code], of models whose codes are normal distributions with `code` as mean. */
  codeLogVariance: 'codeLogVariance',
} as const;

type AttributeValue = number | string | readonly number[];

/** An ONNX graph as it is built: values are known by their names. Opset 17, readable by ONNX 1.12 and later. */
export class OnnxGraph {
  readonly #nodes: OnnxNode[] = [];
  readonly #initializers: OnnxTensor[] = [];

  /** Adds weights; returns their name. */
  weights(values: Float32Array, dims: readonly number[]): string {
    const rawData = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    return this.#initializer({ dims, dataType: onnxType.float, rawData });
  }

  /** Adds a list of whole numbers, as shapes and axes are given; returns its name. */
  integers(values: readonly number[]): string {
    const rawData = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    return this.#initializer({ dims: [values.length], dataType: onnxType.int64, rawData });
  }

  /** Adds a scalar; returns its name. */
  scalar(value: number): string {
    return this.weights(Float32Array.of(value), []);
  }

  /** Adds an operator; '' stands for an input left out. Returns the name of its output, `output` where given. */
  add(
    opType: string,
    input: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
    output = `value${this.#nodes.length}`,
  ): string {
    return this.addWithOutputs(opType, input, attributes, [output])[0]!;
  }

  /** Adds the part [from, to) along an axis; returns its name, `output` where given. */
  slice(x: string, { axis, from, to }: { axis: number; from: number; to: number }, output?: string): string {
    const [begin, end, along] = [from, to, axis].map((value) => this.integers([value]));
    return this.add('Slice', [x, begin!, end!, along!], {}, output);
  }

  /** Adds an operator of several outputs, '' for one left out. Returns their names. */
  addWithOutputs(
    opType: string,
    input: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>>,
    output: readonly string[],
  ): readonly string[] {
    this.#nodes.push({ opType, input, output, attribute: Object.entries(attributes).map(attribute) });
    return output;
  }

  /**
   * Adds all of another model's graph, which is given this value for its windows. Returns the names that its outputs have
   * here, and the units of its code.
   */
  include(
    model: Uint8Array,
    windows: string = onnxNames.windows,
  ): { readonly reconstruction: string; readonly code: string; readonly codeWidth: number } {
    const { graph } = decodeOnnxModel(model);
    const prefix = `part${this.#nodes.length}/`;
    const named = (name: string): string => {
      if (name === '') return '';
      return name === onnxNames.windows ? windows : `${prefix}${name}`;
    };
    for (const tensor of graph.initializer) this.#initializers.push({ ...tensor, name: named(tensor.name) });
    for (const node of graph.node)
      this.#nodes.push({ ...node, input: node.input.map(named), output: node.output.map(named) });
    const code = graph.output.find(({ name }) => name === onnxNames.code)!;
    const { dimValue: codeWidth } = code.type.tensorType.shape.dim[1] as { readonly dimValue: number };
    return { reconstruction: named(onnxNames.reconstruction), code: named(onnxNames.code), codeWidth };
  }

  /** The model's bytes. The graph must have given {@link onnxNames} their values, but for those that not every model has. */
  encode(name: string, shape: WindowShape, code: number): Uint8Array {
    const hasVariance = this.#nodes.some(({ output }) => output.includes(onnxNames.codeLogVariance));
    return encodeOnnxModel({
      irVersion: 8,
      producerName: 'cupola',
      opsetImport: [{ domain: '', version: 17 }],
      graph: {
        name,
        node: this.#nodes,
        initializer: this.#initializers,
        input: [batchOf(onnxNames.windows, shape.rows, shape.features)],
        output: [
          batchOf(onnxNames.reconstruction, shape.rows, shape.scoredFeatures),
          batchOf(onnxNames.code, code),
          ...(hasVariance ? [batchOf(onnxNames.codeLogVariance, code)] : []),
        ],
      },
    });
  }

  #initializer(tensor: Omit<OnnxTensor, 'name'>): string {
    const name = `weights${this.#initializers.length}`;
    this.#initializers.push({ name, ...tensor });
    return name;
  }
}

function attribute([name, value]: [string, AttributeValue]): OnnxAttribute {
  if (typeof value === 'number') return { name, type: onnxType.attributeInt, i: value };
  if (typeof value === 'string') return { name, type: onnxType.attributeString, s: new TextEncoder().encode(value) };
  return { name, type: onnxType.attributeInts, ints: value };
}

/** A float32 value whose first dimension is the batch, of any size. */
function batchOf(name: string, ...dims: readonly number[]): OnnxValue {
  const dim = [{ dimParam: 'batch' }, ...dims.map((dimValue) => ({ dimValue }))];
  return { name, type: { tensorType: { elemType: onnxType.float, shape: { dim } } } };
}
