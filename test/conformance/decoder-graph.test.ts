import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { parseArchitecture } from '../../pipelines/autoencoders/architecture-settings.ts';
import { decoderOf } from '../../pipelines/autoencoders/decoder-graph.ts';
import { onnxNames } from '../../pipelines/autoencoders/onnx-export.ts';
import { useWasmBackend } from '../../services/adapters/tfjs/wasm-backend.ts';
import { exampleArchitectures, exampleOnnx, exampleWindows } from './example-models.ts';

const shape = { rows: 12, features: 5, scoredFeatures: 3 };
const count = 6;

describe('a decoder by itself', () => {
  before(useWasmBackend);

  const others = exampleArchitectures.filter(({ name }) => name !== 'reconstruction-probability');
  for (const architecture of [...others, parseArchitecture('variational', { code: 4 })])
    it(`gives of the codes what the whole model does: ${architecture.name} ${JSON.stringify(architecture.settings)}`, async () => {
      const onnx = exampleOnnx(architecture, shape, 1);
      const cells = new Tensor('float32', exampleWindows(shape, count, 2).features, [
        count,
        shape.rows,
        shape.features,
      ]);
      const whole = await run(onnx, { [onnxNames.windows]: cells });
      const decoded = await run(decoderOf(onnx)!, { [onnxNames.code]: whole[onnxNames.code]! });
      assert.deepEqual(decoded[onnxNames.reconstruction]!.data, whole[onnxNames.reconstruction]!.data);
    });

  it('is none where the window itself has part in the reconstruction', () => {
    for (const name of ['reconstruction-probability', 'last-value', 'ridge'])
      assert.equal(decoderOf(exampleOnnx(parseArchitecture(name), shape, 1)), null);
  });
});

async function run(onnx: Uint8Array, feeds: InferenceSession.FeedsType): Promise<InferenceSession.ReturnType> {
  const session = await InferenceSession.create(onnx, { intraOpNumThreads: 1 });
  try {
    return await session.run(feeds);
  } finally {
    await session.release();
  }
}
