import type { WindowShape } from './architecture.ts';
import type { DrawnLayer, DrawnModel } from './declared-layers.ts';
import { onnxNames } from './onnx-export.ts';
import { wholeAttribute, type OnnxGraphReader } from './onnx-graph-reader.ts';
import type { OnnxNode } from './onnx-schema.ts';

const activations: ReadonlySet<string> = new Set(
  'Relu Elu Tanh Sigmoid LeakyRelu Selu Softplus Softmax Gelu HardSigmoid PRelu'.split(' '),
);

/** Layers of a model whose description does not declare them: what in its graph has weights, in the graph's order. */
export function graphLayers(name: string, graph: OnnxGraphReader, shape: WindowShape): DrawnModel {
  const { rows, features, scoredFeatures } = shape;
  const layers: DrawnLayer[] = [
    { part: 'input', name: 'window', width: rows * features, detail: `${rows} rows × ${features} features` },
  ];
  const coding = codingNode(graph);
  let part: DrawnLayer['part'] = coding ? 'encoder' : 'decoder';
  for (const node of graph.model.graph.node) {
    const layer = layerOf(graph, node);
    if (layer) layers.push({ part: node === coding ? 'code' : part, ...layer });
    if (node === coding) part = 'decoder';
    const last = layers.at(-1)!;
    if (activations.has(node.opType) && last.part !== 'input' && last.detail === '')
      layers[layers.length - 1] = { ...last, detail: node.opType.toLowerCase() };
  }
  const detail = `${rows} rows × ${scoredFeatures} features`;
  layers.push({ part: 'output', name: 'reconstruction', width: rows * scoredFeatures, detail });
  return { name, layers };
}

/** The layer that the code comes from; null where there is no code. */
function codingNode(graph: OnnxGraphReader): OnnxNode | null {
  let node = graph.producer(onnxNames.code);
  while (node && !layerOf(graph, node)) {
    const from = node.input.find((input) => graph.producer(input) !== null);
    node = graph.producer(from);
  }
  return node;
}

function layerOf(graph: OnnxGraphReader, node: OnnxNode): Omit<DrawnLayer, 'part'> | null {
  const dims = graph.dimsOf(node.input[1]);
  const found = dims && nameAndWidth(node, dims);
  return found && { name: found[0], width: found[1], detail: '' };
}

/** Of an operator with weights of these dimensions; null of one that is no layer. */
function nameAndWidth(node: OnnxNode, dims: readonly number[]): readonly [name: string, width: number] | null {
  switch (node.opType) {
    case 'Gemm':
      return ['dense', dims[wholeAttribute(node, 'transB') === 1 ? 0 : 1]!];
    case 'MatMul':
      return ['dense', dims[1]!];
    case 'Conv':
      return ['convolution', dims[0]!];
    case 'ConvTranspose':
      return ['transposed convolution', dims[1]!];
    case 'LSTM':
    case 'GRU':
    case 'RNN':
      return [node.opType, wholeAttribute(node, 'hidden_size') * dims[0]!];
    default:
      return null;
  }
}
