import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import { parseArchitecture } from '../../../pipelines/autoencoders/architecture-settings.ts';
import type { WindowShape } from '../../../pipelines/autoencoders/architecture.ts';
import { buildModel } from '../../../pipelines/autoencoders/architectures.ts';
import { OnnxGraphReader } from '../../../pipelines/autoencoders/onnx-graph-reader.ts';
import { unitWeights, type UnitWeights } from '../../../pipelines/autoencoders/unit-weights.ts';
import { SeededRandom } from '../../../pipelines/random.ts';
import { useWasmBackend } from '../../../services/adapters/tfjs/wasm-backend.ts';

const shape: WindowShape = { rows: 6, features: 4, scoredFeatures: 3 };

/** A model's weights, and how its code answers to a window: code(x) - code(0). */
function opened(
  name: string,
  settings: object,
): { weights: UnitWeights | null; answer: Float32Array; x: Float32Array } {
  const model = buildModel(parseArchitecture(name, settings), shape, 3);
  const random = SeededRandom.for(2, 'window');
  const x = Float32Array.from({ length: shape.rows * shape.features }, () => random.normal());
  const answer = tf.tidy(() => {
    const [of, ofNothing] = [x, new Float32Array(x.length)].map((cells) =>
      model.encode(tf.tensor3d(cells, [1, shape.rows, shape.features])),
    );
    return tf.sub(of!, ofNothing!).dataSync<'float32'>();
  });
  const weights = unitWeights(new OnnxGraphReader(model.exportOnnx()), shape);
  model.dispose();
  return { weights, answer, x };
}

function assertAnswers({ values, units, rows, columns }: UnitWeights, x: Float32Array, answer: Float32Array): void {
  assert.deepEqual([units, rows], [answer.length, shape.rows]);
  for (let unit = 0; unit < units; unit++) {
    let sum = 0;
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++)
        sum += values[(unit * rows + row) * columns + column]! * x[row * shape.features + column]!;
    assert.ok(Math.abs(sum - answer[unit]!) < 1e-5, `unit ${unit}: ${sum} and ${answer[unit]}`);
  }
}

describe('what each latent unit takes of a window', () => {
  before(useWasmBackend);

  for (const [name, settings, columns] of [
    ['dense', { code: 5 }, 4],
    ['dense', { code: 5, seesContext: false }, 3],
    ['sparse-l1', { code: 18, codeActivation: 'linear' }, 4],
    ['variational', { hidden: [], code: 3 }, 4],
  ] as const) {
    it(`is what moves its code, where that is one linear layer: ${name} ${JSON.stringify(settings)}`, () => {
      const { weights, answer, x } = opened(name, settings);
      assert.deepEqual([weights!.columns, weights!.isProduct], [columns, false]);
      assertAnswers(weights!, x, answer);
    });
  }

  it('is a product of weights where hidden layers stand between, the filled-up ones of which add nothing', () => {
    const { weights } = opened('dense', { hidden: [9], code: 2 });
    assert.deepEqual([weights!.units, weights!.isProduct], [2, true]);
    assert.ok(weights!.values.every((value) => Number.isFinite(value) && value !== 0));
  });

  it('is of windows without their level, or of all of a code of which some units count', () => {
    assert.equal(opened('level-free', { code: 2 }).weights!.units, 2);
    assert.equal(opened('k-sparse', { code: 8, k: 2 }).weights!.units, 8);
  });

  it('cannot be told of layers that are not dense all the way, and of models without a code', () => {
    for (const name of ['lstm', 'convolutional', 'ridge'])
      assert.equal(opened(name, name === 'ridge' ? { past: 2 } : { code: 2 }).weights, null, name);
  });
});
