import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import { buildModel } from '../../../pipelines/autoencoders/architectures.ts';
import { principalComponents } from '../../../pipelines/autoencoders/principal-components.ts';
import type { FeatureWindows } from '../../../pipelines/ports.ts';
import { SeededRandom } from '../../../pipelines/random.ts';
import { useWasmBackend } from '../../../services/adapters/tfjs/wasm-backend.ts';

const width = 12;
const count = 2;

/** Vectors about (1, 2, 3, ...) that vary along two directions, and hardly across them. */
function planeVectors(n: number, noise: number): { directions: number[][]; vectors: Float32Array } {
  const random = SeededRandom.for(1, 'plane');
  const directions = [
    Array.from({ length: width }, (_, i) => Math.cos(i)),
    Array.from({ length: width }, (_, i) => Math.sin(3 * i)),
  ];
  const vectors = new Float32Array(n * width);
  for (let row = 0; row < n; row++) {
    const [a, b] = [5 * random.normal(), 2 * random.normal()];
    for (let i = 0; i < width; i++)
      vectors[row * width + i] = i + 1 + a * directions[0]![i]! + b * directions[1]![i]! + noise * random.normal();
  }
  return { directions, vectors };
}

describe('principal components', () => {
  before(useWasmBackend);

  it('are orthonormal and span the directions that vary most', async () => {
    const { directions, vectors } = planeVectors(500, 0.01);
    const tensor = tf.tensor2d(vectors, [500, width]);
    const tensors = tf.memory().numTensors;
    const { components } = await principalComponents(tensor, count, SeededRandom.for(1, 'test'));
    assert.equal(tf.memory().numTensors, tensors);
    const [first, second] = [components.subarray(0, width), components.subarray(width)];
    assert.ok(Math.abs(dot(first, first) - 1) < 1e-5 && Math.abs(dot(second, second) - 1) < 1e-5);
    assert.ok(Math.abs(dot(first, second)) < 1e-5);
    for (const direction of directions) {
      const within = dot(direction, first) ** 2 + dot(direction, second) ** 2;
      assert.ok(within / dot(direction, direction) > 0.9999, `${within} of ${dot(direction, direction)}`);
    }
    tensor.dispose();
  });

  it('are where a linear autoencoder starts: it reconstructs all but the noise before its first step', async () => {
    const shape = { rows: 4, features: 3, scoredFeatures: 2 };
    const { vectors } = planeVectors(300, 0.01);
    const architecture = { name: 'dense', settings: { hidden: [], code: count, activation: 'relu', inputLimit: 1000 } };
    const model = buildModel(architecture, shape, 1);
    const windows: FeatureWindows = { count: 300, features: vectors, weight: new Uint8Array(300 * 8).fill(1) };
    await model.startFrom!(windows, async () => {});
    const worst = tf.tidy(() => {
      const x = tf.tensor3d(vectors, [300, shape.rows, shape.features]);
      const scored = tf.slice(x, [0, 0, 0], [300, shape.rows, shape.scoredFeatures]);
      return tf.max(tf.abs(tf.sub(scored, model.reconstruct(x)))).dataSync()[0]!;
    });
    assert.ok(worst < 0.1, `${worst}`);
    model.dispose();
  });
});

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((sum, value, i) => sum + value * b[i]!, 0);
}
