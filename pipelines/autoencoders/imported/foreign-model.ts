import { CupolaError } from '../../errors.ts';
import { decodeOnnxModel, onnxType, type OnnxModel, type OnnxValue } from '../onnx-schema.ts';

/** The least operator set: since then Slice takes what it slices by as inputs. What is too new is up to the runtime. */
const leastOpset = 10;

/** A model that was made elsewhere, as far as it says what it is. */
export interface ForeignModel {
  readonly onnx: Uint8Array;
  readonly producer: string;
  readonly opset: number;
  readonly input: ForeignValue;
  readonly outputs: readonly ForeignValue[];
  /** Names of all values in its graph. */
  readonly values: ReadonlySet<string>;
  /** 0 for any number of windows at once. */
  readonly fixedBatch: number;
}

export interface ForeignValue {
  readonly name: string;
  /** null where it is not said, or is a symbol. */
  readonly dims: readonly (number | null)[];
}

/**
 * What a model says of itself.
 *
 * Errors: CUPOLA_IMPORT_REFUSED for what is no ONNX model, weights in another file, more than one input, types other than float32,
 * an operator set that is too old, and a number of windows that is fixed to more than one.
 */
export function readForeignModel(onnx: Uint8Array): ForeignModel {
  const model = decoded(onnx);
  const { graph } = model;
  const weights = new Set(graph.initializer.map(({ name }) => name));
  const outside = graph.initializer.find(({ dataLocation }) => dataLocation === 1);
  if (outside)
    throw importRefused(
      'weights',
      outside.name,
      'in the file itself, not beside it (torch.onnx.export: external_data=False)',
    );
  const opset = model.opsetImport.find(({ domain }) => !domain || domain === 'ai.onnx')?.version ?? 0;
  if (opset < leastOpset) throw importRefused('opset', opset, `at least ${leastOpset}`);
  // Models of old name their weights among the inputs.
  const inputs = graph.input.filter(({ name }) => !weights.has(name));
  if (inputs.length !== 1) throw importRefused('inputs', inputs.map(({ name }) => name).join(', '), 'one: the window');
  const input = foreignValue(inputs[0]!);
  const batch = input.dims[0] ?? 0;
  if (batch > 1)
    throw importRefused(
      'batch axis',
      batch,
      'dynamic, or 1 (torch.onnx.export: dynamic_shapes or dynamic_axes; tf2onnx: None in the signature)',
    );
  const values = new Set([...graph.input.map(({ name }) => name), ...graph.node.flatMap(({ output }) => output)]);
  const producer = [model.producerName, model.producerVersion].filter(Boolean).join(' ') || 'unknown';
  return { onnx, producer, opset, input, outputs: graph.output.map(foreignValue), values, fixedBatch: batch };
}

/** The refusal of a model: what of it is how, and how it must be. */
export function importRefused(field: string, value: unknown, bound: string, cause?: unknown): CupolaError {
  return new CupolaError('CUPOLA_IMPORT_REFUSED', `${field} is ${String(value)}, must be ${bound}`, {
    field,
    value,
    bound,
    ...(cause !== undefined && { cause }),
  });
}

function decoded(onnx: Uint8Array): OnnxModel {
  try {
    const model = decodeOnnxModel(onnx);
    if (model.graph?.node.length > 0) return model;
  } catch {
    // Refused below.
  }
  throw importRefused('file', `${onnx.length} bytes of something else`, 'an ONNX model');
}

function foreignValue({ name, type }: OnnxValue): ForeignValue {
  const { elemType, shape } = type?.tensorType ?? {};
  if (elemType !== undefined && elemType !== onnxType.float)
    throw importRefused(`type of ${name}`, elemTypeName(elemType), 'float32');
  const dims = (shape?.dim ?? []).map((dim) => ('dimValue' in dim && dim.dimValue > 0 ? dim.dimValue : null));
  return { name, dims };
}

/** As onnx.proto numbers them. */
function elemTypeName(type: number): string {
  const names: Readonly<Record<number, string>> = {
    6: 'int32',
    7: 'int64',
    10: 'float16',
    11: 'float64',
    16: 'bfloat16',
  };
  return names[type] ?? `type ${type}`;
}
