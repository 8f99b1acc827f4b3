import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { architectureSettings, parseArchitecture } from '../../../pipelines/autoencoders/architecture-settings.ts';
import type { WindowShape } from '../../../pipelines/autoencoders/architecture.ts';
import { buildModel } from '../../../pipelines/autoencoders/architectures.ts';
import { declaredLayers } from '../../../pipelines/autoencoders/declared-layers.ts';
import { graphLayers } from '../../../pipelines/autoencoders/graph-layers.ts';
import { onnxNames } from '../../../pipelines/autoencoders/onnx-export.ts';
import { OnnxGraphReader } from '../../../pipelines/autoencoders/onnx-graph-reader.ts';
import { useWasmBackend } from '../../../services/adapters/tfjs/wasm-backend.ts';

const shape: WindowShape = { rows: 12, features: 5, scoredFeatures: 4 };
const small: Readonly<Record<string, object>> = {
  stacked: { hidden: [20, 12], code: 4 },
  convolutional: { filters: [6, 5], kernel: 3, code: 4 },
  lstm: { units: 6, code: 4, layers: 2 },
};

function graphOf(name: string): OnnxGraphReader {
  const model = buildModel(parseArchitecture(name, small[name]), shape, 1);
  const graph = new OnnxGraphReader(model.exportOnnx());
  model.dispose();
  return graph;
}

function codeWidth({ model }: OnnxGraphReader): number {
  const dim = model.graph.output.find(({ name }) => name === onnxNames.code)!.type.tensorType.shape.dim[1]!;
  return 'dimValue' in dim ? dim.dimValue : 0;
}

describe('the layers that an architecture declares', () => {
  before(useWasmBackend);

  for (const name of Object.keys(architectureSettings)) {
    it(`${name}: from the window to its reconstruction, with a code as wide as the model's own`, () => {
      const drawn = declaredLayers(parseArchitecture(name, small[name]), shape)!;
      assert.ok(drawn.length > 0);
      for (const { layers } of drawn) {
        assert.deepEqual([layers[0]!.part, layers[0]!.width], ['input', 60]);
        assert.equal(layers.at(-1)!.part, 'output');
        assert.equal(layers.at(-1)!.width % shape.scoredFeatures, 0);
      }
      const codes = drawn.flatMap(({ layers }) => layers.findLast(({ part }) => part === 'code')?.width ?? 0);
      assert.equal(
        codes.reduce((sum, width) => sum + width, 0),
        codeWidth(graphOf(name)),
      );
    });
  }

  it('a graph tells the same of a dense model, but for what fills its layers up', () => {
    const { layers } = graphLayers('stacked', graphOf('stacked'), shape);
    assert.deepEqual(
      layers.map(({ part, width }) => [part, width]),
      [
        ['input', 60],
        ['encoder', 32],
        ['encoder', 16],
        ['code', 4],
        ['decoder', 16],
        ['decoder', 32],
        ['decoder', 48],
        ['output', 48],
      ],
    );
    assert.equal(layers[1]!.detail, 'relu');
  });

  it('an architecture that declares nothing has none', () => {
    assert.equal(declaredLayers({ name: 'imported', settings: { source: 'x' } }, shape), null);
  });
});
