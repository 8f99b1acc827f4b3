import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import type { FeatureWindows } from '../../../pipelines/ports.ts';
import { SeededRandom } from '../../../pipelines/random.ts';
import { inverseSquareRoot } from '../../../pipelines/scoring/inverse-square-root.ts';
import { fitMahalanobis, mahalanobisErrors } from '../../../pipelines/scoring/mahalanobis.ts';
import type { Mahalanobis } from '../../../pipelines/scoring/scoring-rule.ts';

describe('the Mahalanobis distance of residuals', () => {
  it('is that of the formula, worked by hand', () => {
    // y = (3 / 1, (2 - 0) / 2) = (3, 1); R = [[1, .5], [.5, 1]], so y' R^-1 y = (9 - 3 + 1) x 4/3 = 28/3.
    const fitted = of({ center: [0, 0], scale: [1, 2], correlation: [1, 0.5, 0.5, 1] });
    const errors = errorsOf(fitted, [[3, 2]]);
    near(errors[0]! + errors[1]!, 28 / 3 / 2);
    // R^(-1/2) has 1/2 (1/sqrt(1.5) +- 1/sqrt(.5)): z = (2.34013..., ...).
    const [on, off] = [(1 / Math.sqrt(1.5) + 1 / Math.sqrt(0.5)) / 2, (1 / Math.sqrt(1.5) - 1 / Math.sqrt(0.5)) / 2];
    near(errors[0]!, (3 * on + off) ** 2 / 2);
  });

  it('of a lone column is its squared standard score', () => {
    const fitted = of({ center: [1], scale: [2], correlation: [1] });
    near(errorsOf(fitted, [[5], [1], [3]])[0]!, (4 + 0 + 1) / 3);
  });

  it('of what is seen of a step is that of these columns by themselves, and what is missing has no part', () => {
    const correlation = [1, 0.6, 0.3, 0.6, 1, -0.2, 0.3, -0.2, 1];
    const whole = of({ center: [0, 0, 0], scale: [1, 1, 1], correlation });
    const part = of({ center: [0, 0], scale: [1, 1], correlation: [1, 0.3, 0.3, 1] });
    const some = errorsOf(whole, [[2, 99, -1]], [[1, 0, 1]]);
    assert.equal(some[1], 0);
    near(some[0]! + some[2]!, sum(errorsOf(part, [[2, -1]])));
    assert.deepEqual([...errorsOf(whole, [[2, 99, -1]], [[0, 0, 0]])], [0, 0, 0]);
  });

  it('tells what single channels do not: each ordinary, together against all experience', () => {
    const random = SeededRandom.for(1, 'pairs');
    const pairs = Array.from({ length: 2000 }, () => {
      const common = random.normal();
      return [common + 0.1 * random.normal(), common + 0.1 * random.normal()];
    });
    const fitted = fit(pairs, 0);
    const [together, apart] = [errorsOf(fitted, [[1, 1]]), errorsOf(fitted, [[1, -1]])].map(sum);
    assert.ok(apart! > 50 * together!, `${apart} and ${together}`);
  });

  it('adds up to about 1 where residuals are like those that it was fitted on', () => {
    const fitted = fit(noise(5000, 4), 0);
    near(sum(errorsOf(fitted, noise(5000, 4))), 1, 0.02);
  });

  it('does not depend on the unit of any column, nor does the part of each', () => {
    const unit = fc.double({ min: 0.5, max: 2, noNaN: true });
    fc.assert(
      fc.property(fc.array(unit, { minLength: 3, maxLength: 3 }), fc.nat(), (units, seed) => {
        const residuals = noise(60, 3, seed);
        const scaled = residuals.map((row) => row.map((value, j) => value * units[j]!));
        const [plain, inUnits] = [residuals, scaled].map((of) => errorsOf(fit(of, 0.1), of.slice(0, 4)));
        plain!.forEach((error, j) => near(inUnits![j]!, error, 1e-4 * Math.max(1, error)));
      }),
      { numRuns: 30 },
    );
  });

  it('shrinks as Ledoit and Wolf say, and never less than it is told', () => {
    // Two steps (1, 1) and (-1, -1): every product is r_12 = 1, so that nothing varies.
    assert.equal(
      fit(
        [
          [1, 1],
          [-1, -1],
        ],
        0.25,
      ).shrinkage,
      0.25,
    );
    // With (1, -1) and (-1, 1) half as often: r_12 = 1/3, of products 1 and -1; Var = (4 (2/3)^2 + 2 (4/3)^2) / 36 = 4/27, which
    // is more than r_12^2 = 1/9: all of it.
    const six = [
      [1, 1],
      [-1, -1],
      [1, 1],
      [-1, -1],
      [1, -1],
      [-1, 1],
    ];
    near(fit(six, 0).shrinkage, 1);
    const many = Array.from({ length: 20 }, () => six).flat();
    near(fit(many, 0).shrinkage, 4 / 27 / (1 / 9) / 20);
  });

  it('refuses residuals that are not finite, and columns that follow one another exactly unless they are shrunk', () => {
    const code = 'CUPOLA_SCORING_INVALID';
    const broken = [
      [1, Number.NaN],
      [2, 1],
    ];
    assert.throws(() => fit(broken, 0.1), { code, message: /residuals .* feature 1/ });
    const twice = [1, -1, 1, -1].map((value) => [value, value]);
    assert.throws(() => fit(twice, 0), { code, message: /shrinkage is 0; .*singular/ });
    assert.ok(fit(twice, 0.01).whitening.every(Number.isFinite));
  });

  it('does not magnify without bound a column that is rebuilt almost perfectly', () => {
    const rows = noise(500, 2).map(([value]) => [value!, 0]);
    assert.ok(fit(rows, 0.05).scale[1]! > 0.1);
    assert.ok(sum(errorsOf(fit(rows, 0.05), [[0, 0.1]])) < 1);
  });
});

describe('the inverse square root of a matrix', () => {
  it('squared and times the matrix is the identity', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.nat(), (size, seed) => {
        const random = SeededRandom.for(seed, 'matrix');
        const rows = Array.from({ length: size + 3 }, () => Array.from({ length: size }, () => random.normal()));
        const matrix = Float64Array.from({ length: size * size }, (_, at) =>
          rows.reduce(
            (total, row) => total + row[Math.floor(at / size)]! * row[at % size]!,
            at % (size + 1) === 0 ? 0.1 : 0,
          ),
        );
        const root = inverseSquareRoot(matrix, size)!;
        const product = times(times(root, root, size), matrix, size);
        product.forEach((value, at) => near(value, at % (size + 1) === 0 ? 1 : 0, 1e-8));
      }),
      { numRuns: 40 },
    );
  });

  it('is there of no matrix that is singular', () => {
    assert.equal(inverseSquareRoot(Float64Array.of(1, 1, 1, 1), 2), null);
    assert.equal(inverseSquareRoot(Float64Array.of(1, 2, 2, 1), 2), null);
    assert.equal(inverseSquareRoot(Float64Array.of(0), 1), null);
  });
});

function times(a: Float64Array, b: Float64Array, size: number): Float64Array {
  return Float64Array.from({ length: size * size }, (_, at) =>
    Array.from(
      { length: size },
      (_unused, k) => a[Math.floor(at / size) * size + k]! * b[k * size + (at % size)]!,
    ).reduce((total, value) => total + value, 0),
  );
}

function of(given: { center: number[]; scale: number[]; correlation: number[] }): Mahalanobis {
  const { center, scale, correlation } = given;
  const whitening = [...inverseSquareRoot(Float64Array.from(correlation), center.length)!];
  return { rule: 'mahalanobis', shrinkage: 0, center, scale, whitening };
}

/** Residuals as one window of these rows against a reconstruction of 0. */
function windowOf(residuals: readonly (readonly number[])[], weights?: readonly (readonly number[])[]): FeatureWindows {
  const features = Float32Array.from(residuals.flat());
  return { count: 1, features, weight: Uint8Array.from(weights?.flat() ?? features.map(() => 1)) };
}

function fit(residuals: readonly (readonly number[])[], leastShrinkage: number): Mahalanobis {
  const k = residuals[0]!.length;
  const shape = { rows: residuals.length, features: k, scoredFeatures: k };
  return fitMahalanobis(shape, windowOf(residuals), new Float32Array(residuals.length * k), leastShrinkage);
}

function errorsOf(
  fitted: Mahalanobis,
  residuals: readonly (readonly number[])[],
  weights?: readonly (readonly number[])[],
): Float32Array {
  const k = residuals[0]!.length;
  const shape = { rows: residuals.length, features: k, scoredFeatures: k };
  return mahalanobisErrors(fitted)(shape, windowOf(residuals, weights), new Float32Array(residuals.length * k));
}

function noise(rows: number, columns: number, seed = 3): number[][] {
  const random = SeededRandom.for(seed, 'noise');
  return Array.from({ length: rows }, () => Array.from({ length: columns }, () => random.normal()));
}

function sum(values: Float32Array): number {
  return values.reduce((total, value) => total + value, 0);
}

function near(value: number, expected: number, tolerance = 1e-5): void {
  assert.ok(Math.abs(value - expected) <= tolerance, `${value} is not ${expected}`);
}
