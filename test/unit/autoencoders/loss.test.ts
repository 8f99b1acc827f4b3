import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import { reconstructionLoss } from '../../../pipelines/autoencoders/loss.ts';
import { divergence } from '../../../pipelines/autoencoders/sparse-kl.ts';
import { useWasmBackend } from '../../../services/adapters/tfjs/wasm-backend.ts';

type Loss = Parameters<typeof reconstructionLoss>[2];

/** Of one cell, and its derivative by the reconstruction. */
function lossOf(x: number, y: number, settings: Loss): { loss: number; slope: number } {
  return tf.tidy(() => {
    const batch = { windows: tf.tensor3d([x], [1, 1, 1]), weight: tf.ones<tf.Rank.R3>([1, 1, 1]) };
    const of = (of: tf.Tensor3D): tf.Scalar => reconstructionLoss(batch, of, settings);
    const { value, grad } = tf.valueAndGrad(of)(tf.tensor3d([y], [1, 1, 1]));
    return { loss: value.dataSync()[0]!, slope: grad.dataSync()[0]! };
  });
}

const divergenceOf = (...means: number[]): number => tf.tidy(() => divergence(0.1, tf.tensor1d(means)).dataSync()[0]!);

describe('losses of reconstruction', () => {
  before(useWasmBackend);

  const cases: [string, number, number, Loss, loss: number, slope: number][] = [
    ['mse', 3, 1, { loss: 'mse', huberDelta: 1 }, 4, -4],
    ['mae', 3, 1, { loss: 'mae', huberDelta: 1 }, 2, -1],
    ['huber within delta', 3, 2.5, { loss: 'huber', huberDelta: 1 }, 0.125, -0.5],
    ['huber beyond delta', 1, 5, { loss: 'huber', huberDelta: 0.5 }, 0.5 * (4 - 0.25), 0.5],
    ['bce', 0.2, 0.5, { loss: 'bce', huberDelta: 1 }, Math.log(2), 1.2],
    ['bce of what training did not see', 1.7, 0.5, { loss: 'bce', huberDelta: 1 }, Math.log(2), -2],
    ['bce of a reconstruction without doubt', 1, 0, { loss: 'bce', huberDelta: 1 }, 6 * Math.log(10), 0],
  ];
  for (const [name, x, y, settings, loss, slope] of cases)
    it(`${name}: worked by hand, with its gradient`, () => {
      const found = lossOf(x, y, settings);
      assert.ok(Math.abs(found.loss - loss) < 1e-4 * loss, `${found.loss} for ${loss}`);
      assert.ok(Math.abs(found.slope - slope) < 1e-4, `${found.slope} for ${slope}`);
    });

  it('the divergence of a unit that is as active as it should be is 0, and of others greater', () => {
    assert.ok(Math.abs(divergenceOf(0.1, 0.1)) < 1e-6);
    const half = 0.1 * Math.log(0.2) + 0.9 * Math.log(1.8);
    assert.ok(Math.abs(divergenceOf(0.5) - half) < 1e-6 && Math.abs(divergenceOf(0.1, 0.5) - half / 2) < 1e-6);
    assert.ok(divergenceOf(0) > 0 && Number.isFinite(divergenceOf(0)) && Number.isFinite(divergenceOf(1)));
  });
});
