import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { keptCodes, NormalCodes, plainCode } from '../../../pipelines/scoring/normal-codes.ts';

describe('the codes that a bundle keeps', () => {
  it('are of windows evenly over the holdout, at most 128 of them, the first included', () => {
    const latent = Float32Array.from({ length: 2 * 512 }, (_, at) => at);
    const kept = keptCodes(latent, 512);
    assert.equal(kept.length, 128);
    assert.deepEqual(kept.slice(0, 2), [
      [0, 1],
      [8, 9],
    ]);
    assert.deepEqual(kept.at(-1), [1016, 1017]);
  });

  it('are fewer where codes are wide, and none where there is no code', () => {
    assert.equal(keptCodes(new Float32Array(200 * 1000), 200).length, 16);
    assert.deepEqual(keptCodes(new Float32Array(0), 200), []);
  });

  it('have six digits', () => {
    assert.deepEqual(plainCode(Float32Array.of(0.123456789, -1e-9, 12345678)), [0.123457, -1e-9, 12345700]);
  });
});

describe('how a code departs from normal', () => {
  it('is told from the nearest normal code, whichever part of the orbit that is of', () => {
    const day = [
      [10, 0],
      [10, 2],
    ];
    const night = [
      [-10, 0],
      [-10, 2],
    ];
    const normal = new NormalCodes([...day, ...night]);
    assert.deepEqual([...normal.departure([10, 5])], [0, 3]);
    assert.deepEqual([...normal.departure([-10, 5])], [0, 3], 'the same fault by night');
    assert.deepEqual([...normal.departure([-10, 2])], [0, 0]);
  });

  it('is in standard deviations of each unit, and a unit at rest is not magnified without end', () => {
    const normal = new NormalCodes([
      [1, 7, 0],
      [-1, 7, 0],
    ]);
    // Deviations 1, 0, 0: their mean is a third, and the floor a twentieth of it.
    const [moving, resting] = normal.departure([3, 8, 0]);
    assert.ok(Math.abs(moving! - 2) < 1e-12);
    assert.ok(Math.abs(resting! - 60) < 1e-9);
    assert.deepEqual([...new NormalCodes([[4, 4]]).departure([5, 4])], [1, 0], 'nothing varies at all');
  });
});
