import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  divergencePerUnit,
  interpolatedCodes,
  normalCodes,
  spreadCodes,
  spreadOfCodes,
  traversedCodes,
} from '../../../pipelines/autoencoders/latent-space.ts';
import { SeededRandom } from '../../../pipelines/random.ts';

describe('latent space', () => {
  it('codes are drawn with mean 0 and variance 1, the same for the same seed', () => {
    const [codes, again] = [1, 1].map((seed) => normalCodes(2000, 3, new SeededRandom(seed)));
    assert.deepEqual(codes, again);
    const mean = codes!.reduce((sum, value) => sum + value, 0) / 6000;
    const variance = codes!.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 6000;
    assert.ok(Math.abs(mean) < 0.05 && Math.abs(variance - 1) < 0.08, `${mean} ${variance}`);
  });

  it('draws from a spread have the mean and the covariance of the codes that it is of, with their own variances', () => {
    const random = new SeededRandom(4);
    const codes = Float32Array.from({ length: 4000 }, () => random.normal());
    for (let at = 0; at < codes.length; at += 2) codes[at + 1] = 3 + 2 * codes[at]! + 0.1 * codes[at + 1]!;
    const own = new Float32Array(4000).map((_, at) => (at % 2 === 0 ? Math.log(0.5) : -20));
    const drawn = spreadCodes(20_000, spreadOfCodes(codes, own, 2), new SeededRandom(5));
    const pairs = Array.from({ length: 20_000 }, (_, at) => [drawn[2 * at]!, drawn[2 * at + 1]! - 3] as const);
    const mean = (of: (pair: readonly [number, number]) => number): number =>
      pairs.reduce((sum, pair) => sum + of(pair), 0) / pairs.length;
    const found = [mean(([a]) => a), mean(([, b]) => b), mean(([a]) => a * a), mean(([a, b]) => a * b)];
    for (const [at, expected] of [0, 0, 1.5, 2].entries())
      assert.ok(Math.abs(found[at]! - expected) < 0.2, `${at}: ${found[at]}, not ${expected}`);
  });

  it('interpolation goes straight from one code to the other in equal steps', () => {
    const codes = interpolatedCodes(Float32Array.of(0, 4), Float32Array.of(1, -4), 5);
    assert.deepEqual([...codes], [0, 4, 0.25, 2, 0.5, 0, 0.75, -2, 1, -4]);
  });

  it('traversal moves one unit alone', () => {
    const codes = traversedCodes(Float32Array.of(7, 8, 9), 1, [-1, 2]);
    assert.deepEqual([...codes], [7, -1, 9, 7, 2, 9]);
  });

  it('divergence is that of normal distributions, unit by unit, mean over windows', () => {
    const mean = Float32Array.of(1, 0, 0, 0);
    const logVariance = Float32Array.of(0, Math.log(4), 0, 0);
    const [first, second] = divergencePerUnit(mean, logVariance, 2);
    assert.equal(first, 0.25);
    assert.ok(Math.abs(second! - (4 - 1 - Math.log(4)) / 4) < 1e-6);
  });
});
