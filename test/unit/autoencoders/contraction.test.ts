import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import { squaredJacobian } from '../../../pipelines/autoencoders/contraction.ts';
import { denseLayer, type Activation, type DenseLayer } from '../../../pipelines/autoencoders/dense-layer.ts';
import { through } from '../../../pipelines/autoencoders/dense-stack.ts';
import { SeededRandom } from '../../../pipelines/random.ts';
import { useWasmBackend } from '../../../services/adapters/tfjs/wasm-backend.ts';

const inputs = 9;
const x = Float32Array.from({ length: inputs }, (_, i) => Math.sin(2 * i));

describe('the contractive penalty', () => {
  before(useWasmBackend);

  for (const activation of ['linear', 'sigmoid', 'tanh', 'elu', 'relu'] as const)
    it(`of one ${activation} layer is what finite differences give`, () => {
      const encoder = encoderOf([inputs, 5], activation);
      const expected = squaredDifferences(encoder);
      const found = penaltyOf(encoder, 1, 1);
      assert.ok(Math.abs(found - expected) < 2e-3 * expected, `${found} for ${expected}`);
    });

  for (const activation of ['sigmoid', 'tanh', 'elu'] as const)
    it(`of two ${activation} layers is, in the mean over projections, what finite differences give`, () => {
      const encoder = encoderOf([inputs, 7, 4], activation);
      const expected = squaredDifferences(encoder);
      const found = penaltyOf(encoder, 10, 400);
      assert.ok(Math.abs(found - expected) < 0.05 * expected, `${found} for ${expected}`);
    });
});

function encoderOf(widths: readonly number[], activation: Activation): DenseLayer[] {
  const random = new SeededRandom(3);
  return widths.slice(1).map((units, index) => denseLayer(random, widths[index]!, units, activation));
}

/** Of a batch of one window, `batch` times over. */
function penaltyOf(encoder: readonly DenseLayer[], projections: number, batch: number): number {
  return tf.tidy(() => {
    const windows: tf.Tensor2D = tf.tile(tf.tensor2d(x, [1, inputs]), [batch, 1]);
    const encoding = { x: windows, code: through(encoder, windows), encoder };
    return squaredJacobian(encoding, projections, new SeededRandom(4)).dataSync()[0]!;
  });
}

/** sum_ij (dh_j / dx_i)^2 by central differences. */
function squaredDifferences(encoder: readonly DenseLayer[]): number {
  const step = 1e-2;
  const codeAt = (input: number, by: number): Float32Array =>
    tf.tidy(() => {
      const moved = x.map((value, i) => (i === input ? value + by : value));
      return through(encoder, tf.tensor2d(moved, [1, inputs])).dataSync<'float32'>();
    });
  let sum = 0;
  for (let input = 0; input < inputs; input++) {
    const [up, down] = [codeAt(input, step), codeAt(input, -step)];
    up.forEach((value, unit) => (sum += ((value - down[unit]!) / (2 * step)) ** 2));
  }
  return sum;
}
