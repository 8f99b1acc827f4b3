import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import { useWasmBackend } from '../../../../services/adapters/tfjs/wasm-backend.ts';

/** Operations whose kernels are replaced, in every form that they are called in. */
const operations: readonly (readonly [string, () => tf.Tensor])[] = [
  ...[false, true].flatMap((a) =>
    [false, true].map((b): [string, () => tf.Tensor] => [
      `matMul ${a} ${b}`,
      () => tf.matMul(counting(a ? [3, 2] : [2, 3]), counting(b ? [4, 3] : [3, 4]), a, b),
    ]),
  ),
  ['matMul of batches', () => tf.matMul(counting([2, 3, 2]), counting([2, 3, 4]), true, false)],
  ['slice rows', () => tf.slice(counting([5, 3]), [2, 0], [2, 3])],
  ['slice columns', () => tf.slice(counting([5, 3]), [0, 1], [5, 2])],
  ['slice a corner', () => tf.slice(counting([5, 3]), [3, 2], [-1, 1])],
  ['slice all', () => tf.slice(counting([5, 3]), [0, 0], [5, 3])],
  ['slice a vector', () => tf.slice(counting([7]), [2], [3])],
  ['slice three dimensions', () => tf.slice(counting([3, 4, 2]), [1, 1, 0], [2, 2, 1])],
  ['slice whole numbers', () => tf.slice(tf.tensor2d([1, 2, 3, 4], [2, 2], 'int32'), [1, 0], [1, 2])],
  ['sum of columns', () => tf.sum(counting([5, 3]), 0)],
  ['sum of columns, kept', () => tf.sum(counting([5, 3]), 0, true)],
  ['sum of rows', () => tf.sum(counting([5, 3]), 1)],
  ['sum of all', () => tf.sum(counting([5, 3]))],
  ['sum of a vector', () => tf.sum(counting([5]), 0)],
  ['sum of three dimensions', () => tf.sum(counting([3, 4, 2]), 0)],
];

describe('the kernels put in the place of the WASM backend’s slow ones', () => {
  const expected = new Map<string, { shape: number[]; values: unknown }>();

  before(async () => {
    await tf.setBackend('cpu');
    for (const [name, run] of operations) expected.set(name, result(run));
    await useWasmBackend();
    await useWasmBackend();
  });
  after(() => tf.disposeVariables());

  for (const [name, run] of operations)
    it(`${name}: the same as the plain CPU backend`, () => {
      const tensors = tf.backend().numDataIds();
      assert.equal(tf.getBackend(), 'wasm');
      assert.deepEqual(result(run), expected.get(name));
      assert.equal(tf.backend().numDataIds(), tensors);
    });
});

function result(run: () => tf.Tensor): { shape: number[]; values: unknown } {
  return tf.tidy(() => {
    const tensor = run();
    return { shape: tensor.shape, values: tensor.arraySync() };
  });
}

/** 1, 2, 3, ... : small whole numbers, so that sums are exact in any order. */
function counting(shape: number[]): tf.Tensor {
  const size = shape.reduce((product, length) => product * length, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, (_, index) => index + 1),
    shape,
  );
}
