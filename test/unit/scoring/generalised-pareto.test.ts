import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { excessAt, exceedance, fitGeneralisedPareto } from '../../../pipelines/scoring/generalised-pareto.ts';

interface Fixture {
  readonly provenance: string;
  readonly cases: readonly {
    readonly excesses: readonly number[];
    readonly shape: number;
    readonly scale: number;
    readonly logLikelihood: number;
    readonly p: readonly number[];
    readonly isf: readonly number[];
  }[];
}

const path = new URL('../../fixtures/generalised-pareto.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(path, 'utf8')) as Fixture;

for (const { excesses, shape, scale, logLikelihood, p, isf } of cases) {
  describe(`a generalised Pareto distribution of shape ${shape.toFixed(2)}`, () => {
    const fitted = fitGeneralisedPareto(excesses);

    it('is fitted as SciPy fits it, or better', () => {
      const densities = excesses.map(
        (x) => -Math.log(fitted.scale) - (1 + 1 / fitted.shape) * Math.log1p((fitted.shape * x) / fitted.scale),
      );
      const found = densities.reduce((sum, one) => sum + one, 0);
      assert.ok(found >= logLikelihood - 1e-6, `${found} against ${logLikelihood}`);
      assert.ok(Math.abs(fitted.shape - shape) < 2e-4, `shape ${fitted.shape} against ${shape}`);
      assert.ok(Math.abs(fitted.scale / scale - 1) < 2e-4, `scale ${fitted.scale} against ${scale}`);
    });

    it("has SciPy's quantiles, and gives their probabilities back", () => {
      p.forEach((probability, index) => {
        const excess = excessAt({ shape, scale }, probability);
        assert.ok(Math.abs(excess / isf[index]! - 1) < 1e-9);
        assert.ok(Math.abs(exceedance({ shape, scale }, excess) / probability - 1) < 1e-9);
      });
    });

    it('scales with its excesses', () => {
      const scaled = fitGeneralisedPareto(excesses.map((excess) => excess * 1e6));
      assert.ok(Math.abs(scaled.shape - fitted.shape) < 1e-6);
      assert.ok(Math.abs(scaled.scale / fitted.scale / 1e6 - 1) < 1e-6);
    });
  });
}

describe('a generalised Pareto distribution', () => {
  it('of excesses that are all 0, or none, is 0 for certain', () => {
    for (const excesses of [[], [0, 0, 0]]) {
      const fitted = fitGeneralisedPareto(excesses);
      assert.deepEqual([exceedance(fitted, 0), exceedance(fitted, 1e-9)], [1, 0]);
      assert.equal(excessAt(fitted, 0.01), 0);
    }
  });

  it('never ends where shape says it cannot: excesses that are all the same leave a tail', () => {
    const fitted = fitGeneralisedPareto(Array<number>(30).fill(1));
    assert.ok(fitted.shape >= -0.5);
    assert.ok(excessAt(fitted, 1e-4) > 1);
  });
});
