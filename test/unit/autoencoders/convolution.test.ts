import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import { parseArchitecture } from '../../../pipelines/autoencoders/architecture-settings.ts';
import {
  convolve,
  convolveTransposed,
  padding,
  stridedRows,
  type Convolution,
} from '../../../pipelines/autoencoders/convolution.ts';
import { describeArchitectures } from '../../../pipelines/autoencoders/describe-architectures.ts';
import { useWasmBackend } from '../../../services/adapters/tfjs/wasm-backend.ts';

const batch = 3;
const sizes = [
  [7, 3, 1],
  [8, 4, 2],
  [9, 5, 2],
  [7, 3, 3],
  [2, 7, 2],
  [5, 8, 3],
] as const;

describe('strided convolution over rows', () => {
  before(useWasmBackend);

  for (const [rows, width, stride] of sizes) {
    const of: Convolution = { rows, width, stride, channels: 2, filters: 4 };

    it(`equals the sum that defines it, and its gradients too: ${rows} rows, kernel ${width}, stride ${stride}`, () => {
      tf.tidy(() => {
        const { x, y, kernel } = example(of);
        assertNear(convolve(x, kernel, of), tf.matMul(x, toeplitz(kernel, of)));
        const [ofX, ofKernel] = gradients((x, kernel) => convolve(x, kernel, of), [x, kernel], y);
        const [expectedX, expectedKernel] = gradients(
          (x, kernel) => tf.matMul(x, toeplitz(kernel, of)),
          [x, kernel],
          y,
        );
        assertNear(ofX!, expectedX!);
        assertNear(ofKernel!, expectedKernel!);
      });
    });

    it(`equals its transpose, and its gradients too: ${rows} rows, kernel ${width}, stride ${stride}`, () => {
      tf.tidy(() => {
        const { x, y, kernel } = example(of);
        const plain = (y: tf.Tensor2D, kernel: tf.Tensor2D): tf.Tensor2D =>
          tf.matMul(tf.reshape(y, [batch, -1]), toeplitz(kernel, of), false, true);
        assertNear(convolveTransposed(y, kernel, of), plain(y, kernel));
        const [ofY, ofKernel] = gradients((y, kernel) => convolveTransposed(y, kernel, of), [y, kernel], x);
        const [expectedY, expectedKernel] = gradients(plain, [y, kernel], x);
        assertNear(ofY!, expectedY!);
        assertNear(ofKernel!, expectedKernel!);
      });
    });
  }
});

describe('convolutional autoencoder', () => {
  it('refuses a kernel narrower than its stride, by name, value and bound', () => {
    assert.throws(() => parseArchitecture('convolutional', { kernel: 3, stride: 5 }), {
      code: 'CUPOLA_ARCHITECTURE_INVALID',
      message: /kernel is 3; must be at least the stride \(5\)/,
    });
  });

  it('describes itself although its settings depend on each other', () => {
    const overview = describeArchitectures().find(({ name }) => name === 'convolutional')!;
    assert.equal(overview.title, 'Convolutional autoencoder');
    assert.equal(overview.settings['stride']!.maximum, 8);
  });
});

function example(of: Convolution): { x: tf.Tensor2D; y: tf.Tensor2D; kernel: tf.Tensor2D } {
  return {
    x: normal([batch, of.rows * of.channels], 1),
    y: normal([batch * stridedRows(of), of.filters], 2),
    kernel: normal([of.width * of.channels, of.filters], 3),
  };
}

function normal(shape: [number, number], seed: number): tf.Tensor2D {
  return tf.randomNormal(shape, 0, 1, 'float32', seed);
}

/** The convolution as one matrix, [rows x channels, strided rows x filters]: which weight of the kernel, if any, stands where. */
function toeplitz(kernel: tf.Tensor2D, of: Convolution): tf.Tensor2D {
  const { rows, width, stride, channels, filters } = of;
  const { before } = padding(of);
  const none = width * channels * filters;
  const at: number[] = [];
  for (let row = 0; row < rows; row++)
    for (let channel = 0; channel < channels; channel++)
      for (let strided = 0; strided < stridedRows(of); strided++)
        for (let filter = 0; filter < filters; filter++) {
          const j = row - (strided * stride - before);
          at.push(j < 0 || j >= width ? none : (j * channels + channel) * filters + filter);
        }
  const weights = tf.concat([tf.reshape(kernel, [none]), tf.zeros([1])]);
  const chosen = tf.oneHot(tf.tensor1d(at, 'int32'), none + 1).toFloat() as tf.Tensor2D;
  return tf.reshape(tf.matMul(chosen, tf.reshape(weights, [none + 1, 1])), [rows * channels, -1]);
}

/** Of a function's two arguments, where its result is weighed by `weight`. */
function gradients(
  f: (a: tf.Tensor2D, b: tf.Tensor2D) => tf.Tensor2D,
  args: [tf.Tensor2D, tf.Tensor2D],
  weight: tf.Tensor2D,
): tf.Tensor[] {
  const weighed = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => {
    const result = f(a as tf.Tensor2D, b as tf.Tensor2D);
    return tf.sum(tf.mul(result, tf.reshape(weight, result.shape)));
  };
  return tf.grads(weighed)(args);
}

function assertNear(found: tf.Tensor, expected: tf.Tensor): void {
  assert.equal(found.size, expected.size);
  const difference = tf.sub(tf.reshape(found, [-1]), tf.reshape(expected, [-1]));
  const distance = tf.max(tf.abs(difference)).dataSync()[0]!;
  assert.ok(distance < 1e-5, `off by ${distance}`);
}
