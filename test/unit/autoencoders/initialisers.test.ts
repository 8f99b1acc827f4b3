import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import { buildModel } from '../../../pipelines/autoencoders/architectures.ts';
import { glorotUniform, orthogonal } from '../../../pipelines/autoencoders/initialisers.ts';
import { SeededRandom } from '../../../pipelines/random.ts';
import { useWasmBackend } from '../../../services/adapters/tfjs/wasm-backend.ts';
import { exampleArchitectures, exampleOnnx } from '../../conformance/example-models.ts';

const shape = { rows: 6, features: 3, scoredFeatures: 2 };

describe('random weights', () => {
  before(useWasmBackend);

  it('are orthogonal where they should be', () => {
    const size = 9;
    const matrix = orthogonal(new SeededRandom(1), size);
    for (let a = 0; a < size; a++)
      for (let b = 0; b < size; b++) {
        let product = 0;
        for (let i = 0; i < size; i++) product += matrix[a * size + i]! * matrix[b * size + i]!;
        assert.ok(Math.abs(product - (a === b ? 1 : 0)) < 1e-6);
      }
  });

  it("stay within Glorot's bound and fill it", () => {
    const weights = glorotUniform(new SeededRandom(1), 10, 20);
    const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
    assert.ok(largest <= Math.fround(Math.sqrt(6 / 30)) && largest > 0.4);
  });

  it('depend on the seed and on nothing else', () => {
    for (const architecture of exampleArchitectures) {
      const [first, again, other] = [5, 5, 6].map((seed) => exampleOnnx(architecture, shape, seed));
      assert.deepEqual(first, again);
      assert.notDeepEqual(first, other);
    }
  });

  it('are let go of with the model', () => {
    const tensors = tf.memory().numTensors;
    for (const architecture of exampleArchitectures) {
      const model = buildModel(architecture, shape, 1);
      model.exportOnnx();
      model.dispose();
    }
    assert.equal(tf.memory().numTensors, tensors);
  });
});
