import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import { principalComponents } from '../../../pipelines/autoencoders/principal-components.ts';
import { SeededRandom } from '../../../pipelines/random.ts';
import { CodeMap } from '../../../pipelines/scoring/code-map.ts';
import { useWasmBackend } from '../../../services/adapters/tfjs/wasm-backend.ts';

const units = 6;

/** Codes that vary by these deviations along skew directions. */
function codes(count: number, deviations: readonly number[]): Float32Array[] {
  const random = SeededRandom.for(3, 'codes');
  return Array.from({ length: count }, () => {
    const along = deviations.map((deviation) => deviation * random.normal());
    return Float32Array.from({ length: units }, (_, unit) =>
      along.reduce((sum, value, axis) => sum + value * Math.cos((axis + 1) * (unit + 1)), 5),
    );
  });
}

describe('a map of codes', () => {
  before(useWasmBackend);

  it('has the plane and the shares of variance that the tensor library finds', async () => {
    const some = codes(300, [3, 2, 0.5, 0.1]);
    const map = new CodeMap(some);
    const vectors = tf.tensor2d(Float32Array.from(some.flatMap((code) => [...code])), [some.length, units]);
    const { mean, components } = await principalComponents(vectors, 2, SeededRandom.for(1, 'start'));
    vectors.dispose();
    const shares = map.explainedShares(some);
    const inPlane = (code: Float32Array): number => {
      const centred = code.map((value, unit) => value - mean[unit]!);
      const along = [0, 1].map((axis) => centred.reduce((s, v, unit) => s + v * components[axis * units + unit]!, 0));
      return along[0]! ** 2 + along[1]! ** 2;
    };
    const all = some.reduce((sum, code) => sum + code.reduce((s, value, unit) => s + (value - mean[unit]!) ** 2, 0), 0);
    const expected = some.reduce((sum, code) => sum + inPlane(code), 0) / all;
    assert.ok(Math.abs(shares[0] + shares[1] - expected) < 1e-4, `${shares.join()} for ${expected}`);
    assert.ok(shares[0] > shares[1]);
  });

  it('shows what lies along its axes without loss, uncorrelated, from the mean', () => {
    const some = codes(200, [3, 2]);
    const map = new CodeMap(some);
    const [first, second] = map.explainedShares(some);
    assert.ok(first + second > 1 - 1e-6);
    const points = some.map((code) => map.place(code));
    const sum = (of: (point: readonly [number, number]) => number): number =>
      points.reduce((total, point) => total + of(point), 0);
    assert.ok(Math.abs(sum(([x]) => x)) < 1e-3 && Math.abs(sum(([, y]) => y)) < 1e-3);
    assert.ok(Math.abs(sum(([x, y]) => x * y)) < 1e-3 * sum(([x]) => x * x));
    const apart = Math.hypot(...some[0]!.map((value, unit) => value - some[1]![unit]!));
    const drawn = Math.hypot(points[0]![0] - points[1]![0], points[0]![1] - points[1]![1]);
    assert.ok(Math.abs(apart - drawn) < 1e-3 * apart);
  });

  it('is the same for the same codes, to the bit, and hardly another where they come in another order', () => {
    const some = codes(100, [3, 2, 0.5]);
    assert.deepEqual(new CodeMap(some).place(some[7]!), new CodeMap(some).place(some[7]!));
    const [x, y] = new CodeMap(some).place(some[7]!);
    const [u, v] = new CodeMap(some.toReversed()).place(some[7]!);
    assert.ok(Math.hypot(x - u, y - v) < 1e-3);
  });

  it('is a point where codes are all the same, and a line where they have one unit', () => {
    const same = new CodeMap([
      [1, 2],
      [1, 2],
    ]);
    assert.deepEqual(same.place([1, 2]), [0, 0]);
    assert.deepEqual(same.explainedShares([[1, 2]]), [0, 0]);
    const line = new CodeMap([[1], [3]]);
    const [x, y] = line.place([3]);
    assert.deepEqual([Math.abs(x), Math.abs(y)], [1, 0]);
    assert.deepEqual(line.explainedShares([[1], [3]]), [1, 0]);
  });
});
