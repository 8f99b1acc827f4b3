import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { parseArchitecture } from '../../pipelines/autoencoders/architecture-settings.ts';
import { buildModel } from '../../pipelines/autoencoders/architectures.ts';
import { decoderOf } from '../../pipelines/autoencoders/decoder-graph.ts';
import { fitModel } from '../../pipelines/autoencoders/fit.ts';
import { normalCodes } from '../../pipelines/autoencoders/latent-space.ts';
import { onnxNames } from '../../pipelines/autoencoders/onnx-export.ts';
import { SeededRandom } from '../../pipelines/random.ts';
import { useWasmBackend } from '../../services/adapters/tfjs/wasm-backend.ts';
import { exampleArchitectures, exampleOnnx, exampleWindows } from './example-models.ts';
import { waves, wavesShape } from './toy-waves.ts';

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

  it('makes new telemetry of normal draws, which keeps to what normal telemetry keeps to', async () => {
    const [draws, code] = [64, 4];
    const model = buildModel(parseArchitecture('variational', { hidden: [20], code, noise: 0.3 }), wavesShape, 1);
    const request = { training: waves(256, 0, 'together'), holdout: waves(64, 500, 'together') };
    const how = { seed: 1, batchSize: 32, learningRate: 0.02, maxEpochs: 30, patience: 30 };
    await fitModel(model, { ...request, ...how }, { onProgress() {}, verdict: () => 'go on' });
    const decoder = decoderOf(model.exportOnnx())!;
    model.dispose();
    const codes = new Tensor('float32', normalCodes(draws, code, new SeededRandom(3)), [draws, code]);
    const generated = await run(decoder, { [onnxNames.code]: codes });
    const cells = generated[onnxNames.reconstruction]!.data as Float32Array;
    const { scoredFeatures, features } = wavesShape;
    const ofNew = brokenLaw(cells, scoredFeatures);
    const ofAbnormal = brokenLaw(waves(draws, 900, 'apart').features, features);
    assert.ok(ofNew < 0.25 * ofAbnormal, `${ofNew} of new telemetry, ${ofAbnormal} of abnormal`);
    const size = Math.sqrt(cells.reduce((sum, value) => sum + value ** 2, 0) / cells.length);
    assert.ok(size > 0.6, `it is still: ${size}`);
  });

  it('is none where the window itself has part in the reconstruction', () => {
    for (const name of ['reconstruction-probability', 'last-value', 'ridge'])
      assert.equal(decoderOf(exampleOnnx(parseArchitecture(name), shape, 1)), null);
  });
});

/**
 * How far waves a radian apart are from what they keep to, x0 + x2 = 2 cos(1) x1: the root mean square, of rows of `columns`.
 */
function brokenLaw(cells: Float32Array, columns: number): number {
  let squares = 0;
  for (let row = 0; row < cells.length; row += columns)
    squares += (cells[row]! + cells[row + 2]! - 2 * Math.cos(1) * cells[row + 1]!) ** 2;
  return Math.sqrt(squares / (cells.length / columns));
}

async function run(onnx: Uint8Array, feeds: InferenceSession.FeedsType): Promise<InferenceSession.ReturnType> {
  const session = await InferenceSession.create(onnx, { intraOpNumThreads: 1 });
  try {
    return await session.run(feeds);
  } finally {
    await session.release();
  }
}
