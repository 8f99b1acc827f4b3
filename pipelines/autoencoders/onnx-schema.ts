import protobuf from 'protobufjs/light.js';

/**
 * The messages of ONNX (onnx.proto, IR version 8) that an exported model is made of, with their field numbers there; all
 * else that the format knows is left out.
 */
const { root } = protobuf.Root.fromJSON({
  nested: {
    onnx: {
      nested: {
        ModelProto: message({
          irVersion: ['int64', 1],
          producerName: ['string', 2],
          producerVersion: ['string', 3],
          graph: ['GraphProto', 7],
          opsetImport: ['OperatorSetIdProto', 8, 'repeated'],
        }),
        OperatorSetIdProto: message({ domain: ['string', 1], version: ['int64', 2] }),
        GraphProto: message({
          node: ['NodeProto', 1, 'repeated'],
          name: ['string', 2],
          initializer: ['TensorProto', 5, 'repeated'],
          input: ['ValueInfoProto', 11, 'repeated'],
          output: ['ValueInfoProto', 12, 'repeated'],
        }),
        NodeProto: message({
          input: ['string', 1, 'repeated'],
          output: ['string', 2, 'repeated'],
          name: ['string', 3],
          opType: ['string', 4],
          attribute: ['AttributeProto', 5, 'repeated'],
        }),
        AttributeProto: message({
          name: ['string', 1],
          i: ['int64', 3],
          s: ['bytes', 4],
          ints: ['int64', 8, 'repeated'],
          type: ['int32', 20],
        }),
        TensorProto: message({
          dims: ['int64', 1, 'repeated'],
          dataType: ['int32', 2],
          floatData: ['float', 4, 'repeated'],
          name: ['string', 8],
          rawData: ['bytes', 9],
          dataLocation: ['int32', 14],
        }),
        ValueInfoProto: message({ name: ['string', 1], type: ['TypeProto', 2] }),
        TypeProto: message({ tensorType: ['TensorTypeProto', 1] }),
        TensorTypeProto: message({ elemType: ['int32', 1], shape: ['TensorShapeProto', 2] }),
        TensorShapeProto: message({ dim: ['DimensionProto', 1, 'repeated'] }),
        DimensionProto: message({ dimValue: ['int64', 1], dimParam: ['string', 2] }),
      },
    },
  },
});

type Field = readonly [type: string, id: number, rule?: 'repeated'];

function message(fields: Readonly<Record<string, Field>>): protobuf.IType {
  return {
    fields: Object.fromEntries(
      Object.entries(fields).map(([name, [type, id, rule]]) => [name, rule ? { type, id, rule } : { type, id }]),
    ),
  };
}

/** ONNX element and attribute type numbers. */
export const onnxType = { float: 1, int64: 7, attributeInt: 2, attributeString: 3, attributeInts: 7 } as const;

export interface OnnxAttribute {
  readonly name: string;
  readonly type: number;
  readonly i?: number;
  readonly s?: Uint8Array;
  readonly ints?: readonly number[];
}

export interface OnnxNode {
  readonly opType: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attribute: readonly OnnxAttribute[];
}

export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly dataType: number;
  /** Little-endian; models made elsewhere may hold `floatData` instead. */
  readonly rawData?: Uint8Array;
  readonly floatData?: readonly number[];
  /** 1 where the numbers are in another file. */
  readonly dataLocation?: number;
}

export interface OnnxValue {
  readonly name: string;
  readonly type: {
    readonly tensorType: {
      readonly elemType: number;
      readonly shape: { readonly dim: readonly ({ readonly dimValue: number } | { readonly dimParam: string })[] };
    };
  };
}

export interface OnnxModel {
  readonly irVersion: number;
  readonly producerName: string;
  readonly producerVersion?: string;
  readonly opsetImport: readonly { readonly domain: string; readonly version: number }[];
  readonly graph: {
    readonly name: string;
    readonly node: readonly OnnxNode[];
    readonly initializer: readonly OnnxTensor[];
    readonly input: readonly OnnxValue[];
    readonly output: readonly OnnxValue[];
  };
}

/** A ModelProto's bytes: the same for equal models. */
export function encodeOnnxModel(model: OnnxModel): Uint8Array {
  const type = root.lookupType('onnx.ModelProto');
  return type.encode(type.fromObject(model)).finish();
}

/** A model of what {@link encodeOnnxModel} gave; of any other, what of it is known here. */
export function decodeOnnxModel(bytes: Uint8Array): OnnxModel {
  const type = root.lookupType('onnx.ModelProto');
  return type.toObject(type.decode(bytes), { longs: Number, arrays: true }) as OnnxModel;
}
