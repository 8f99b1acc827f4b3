import { onnxNames } from './onnx-export.ts';
import { decodeOnnxModel, encodeOnnxModel, type OnnxNode } from './onnx-schema.ts';

/**
 * The decoder of an exported model as a model of its own, from `code` to `reconstruction` (see onnxNames), by which new windows
 * are made of codes; null where the reconstruction is of more than the code.
 */
export function decoderOf(onnx: Uint8Array): Uint8Array | null {
  const model = decodeOnnxModel(onnx);
  const { graph } = model;
  const makers = new Map(graph.node.flatMap((node) => node.output.map((name) => [name, node] as const)));
  const needed = new Set<string>();
  const need = (name: string): void => {
    if (name === '' || needed.has(name)) return;
    needed.add(name);
    if (name !== onnxNames.code) makers.get(name)?.input.forEach(need);
  };
  need(onnxNames.reconstruction);
  if (needed.has(onnxNames.windows) || !needed.has(onnxNames.code)) return null;
  const isNeeded = ({ output }: OnnxNode): boolean =>
    output.some((name) => needed.has(name)) && !output.includes(onnxNames.code);
  return encodeOnnxModel({
    ...model,
    graph: {
      ...graph,
      node: graph.node.filter(isNeeded),
      initializer: graph.initializer.filter(({ name }) => needed.has(name)),
      input: graph.output.filter(({ name }) => name === onnxNames.code),
      output: graph.output.filter(({ name }) => name === onnxNames.reconstruction),
    },
  });
}
