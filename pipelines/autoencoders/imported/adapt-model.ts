import type { WindowShape } from '../architecture.ts';
import { onnxNames, OnnxGraph } from '../onnx-export.ts';
import { exportNoCode } from '../rivals/scored-rows.ts';
import type { ForeignModel } from './foreign-model.ts';
import type { WindowLayout } from './window-layout.ts';
import { contentField, joined, rewritten, wireFields, type WireField } from './wire-fields.ts';

/** Field numbers of onnx.proto. */
const modelGraph = 7;
const graphFields = {
  node: 1,
  name: 2,
  initializer: 5,
  input: 11,
  output: 12,
  valueInfo: 13,
  quantization: 14,
} as const;
const nodeFields = { input: 1, output: 2, attribute: 5 } as const;
const attributeGraphs = [6, 11] as const;
const valueName = 1;
const tensorName = 8;

/** Where a model's outputs stand, and how much of them there is for a window. */
export interface ForeignOutputs {
  readonly reconstruction: { readonly name: string; readonly columns: number };
  /** null where a model gives no code. */
  readonly code: { readonly name: string; readonly units: number } | null;
}

/**
 * A model made elsewhere with inputs and outputs as Cupola's own have them (onnx-export.ts). All of it stays as it is, byte for
 * byte, but for the names of its values, which get a prefix so that they are no others'; operators before and after it bring
 * windows into the form that it takes and its outputs out of theirs.
 */
export function adaptModel(
  { onnx, input }: ForeignModel,
  shape: WindowShape,
  { layout, columns }: WindowLayout,
  { reconstruction, code }: ForeignOutputs,
): Uint8Array {
  const { rows, features, scoredFeatures } = shape;
  const graph = new OnnxGraph();
  const seen =
    columns === features
      ? onnxNames.windows
      : graph.slice(onnxNames.windows, { axis: 2, from: 0, to: columns }, 'seen columns');
  if (layout === 'channels-first') graph.add('Transpose', [seen], { perm: [0, 2, 1] }, prefixed(input.name));
  else
    graph.add(
      'Reshape',
      [seen, graph.integers(layout === 'flat' ? [-1, rows * columns] : [-1, rows, columns])],
      {},
      prefixed(input.name),
    );
  const before = columns === features ? 1 : 2;
  const given = prefixed(reconstruction.name);
  const isTurned = layout === 'channels-first';
  const shaped = graph.add('Reshape', [
    given,
    graph.integers(isTurned ? [-1, reconstruction.columns, rows] : [-1, rows, reconstruction.columns]),
  ]);
  const inRows = isTurned ? graph.add('Transpose', [shaped], { perm: [0, 2, 1] }) : shaped;
  graph.slice(inRows, { axis: 2, from: 0, to: scoredFeatures }, onnxNames.reconstruction);
  if (code) graph.add('Reshape', [prefixed(code.name), graph.integers([-1, code.units])], {}, onnxNames.code);
  else exportNoCode(graph);
  return around(graph.encode('imported', shape, code?.units ?? 0), before, onnx);
}

/** A model with only these of its values as outputs, whatever they are: to look at what it gives. */
export function withOutputs(onnx: Uint8Array, names: readonly string[]): Uint8Array {
  const text = new TextEncoder();
  return rewritten(onnx, {
    [modelGraph]: (graph) =>
      joined([
        rewritten(graph, { [graphFields.output]: () => null }),
        ...names.map((name) => contentField(graphFields.output, contentField(valueName, text.encode(name)))),
      ]),
  });
}

function prefixed(name: string): string {
  return name === '' ? '' : `imported/${name}`;
}

/** Puts a model's graph between the first `before` nodes of a shell's and the others. */
function around(shell: Uint8Array, before: number, onnx: Uint8Array): Uint8Array {
  const shellGraph = wireFields(wireFields(shell).find(({ number }) => number === modelGraph)!.content!);
  const nodes = shellGraph.filter(({ number }) => number === graphFields.node);
  const others = shellGraph.filter(({ number }) => number !== graphFields.node);
  return rewritten(onnx, {
    [modelGraph]: (graph) =>
      joined([raw(nodes.slice(0, before)), innerGraph(graph), raw(nodes.slice(before)), raw(others)]),
  });
}

function raw(fields: readonly WireField[]): Uint8Array {
  return joined(fields.map((field) => field.raw));
}

/** A main graph with its values renamed, and without name, inputs, outputs and what may be left out. */
function innerGraph(graph: Uint8Array): Uint8Array {
  const { name, input, output, valueInfo, quantization } = graphFields;
  const leftOut = Object.fromEntries(
    [name, input, output, valueInfo, quantization].map((field) => [field, () => null]),
  );
  return rewritten(graph, { ...renamedGraph, ...leftOut });
}

const renamed = (name: Uint8Array): Uint8Array => new TextEncoder().encode(prefixed(new TextDecoder().decode(name)));

const renamedTensor = (tensor: Uint8Array): Uint8Array => rewritten(tensor, { [tensorName]: renamed });

const renamedValue = (value: Uint8Array): Uint8Array => rewritten(value, { [valueName]: renamed });

const renamedNode = (node: Uint8Array): Uint8Array =>
  rewritten(node, {
    [nodeFields.input]: renamed,
    [nodeFields.output]: renamed,
    [nodeFields.attribute]: (attribute) =>
      rewritten(attribute, Object.fromEntries(attributeGraphs.map((field) => [field, renamedSubgraph]))),
  });

/** Loops and branches have graphs of their own, which see the values around them. */
const renamedSubgraph = (graph: Uint8Array): Uint8Array =>
  rewritten(graph, {
    ...renamedGraph,
    [graphFields.input]: renamedValue,
    [graphFields.output]: renamedValue,
    [graphFields.valueInfo]: renamedValue,
  });

const renamedGraph = { [graphFields.node]: renamedNode, [graphFields.initializer]: renamedTensor };
