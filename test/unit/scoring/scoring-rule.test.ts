import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseArchitecture } from '../../../pipelines/autoencoders/architecture-settings.ts';
import { channelWeights, reconstructionError } from '../../../pipelines/scoring/reconstruction-error.ts';
import { absoluteErrors } from '../../../pipelines/scoring/residuals.ts';
import { parseScoring, type ScoringSetting } from '../../../pipelines/scoring/scoring-rule.ts';

const dense = parseArchitecture('dense');
const probability = parseArchitecture('reconstruction-probability');

describe('a scoring setting', () => {
  it("is the architecture's own rule where it is left out, else squared", () => {
    assert.deepEqual(parseScoring(undefined, dense), { rule: 'squared' });
    assert.deepEqual(parseScoring(undefined, probability), { rule: 'reconstruction-probability' });
  });

  it('is refused by name, value and bound', () => {
    const unknown = { rule: 'cubic' } as unknown as ScoringSetting;
    assert.throws(() => parseScoring(unknown, dense), refused('rule', /one of squared, absolute, mahalanobis/));
    assert.throws(() => parseScoring({ rule: 'mahalanobis', shrinkage: 2 }, dense), refused('shrinkage', /1/));
    assert.throws(() => parseScoring({ rule: 'absolute', shrinkage: 0.1 }, dense), refused('shrinkage', /left out/));
    assert.throws(() => parseScoring({ rule: 'squared' }, probability), refused('rule', /reconstruction-probability/));
    assert.throws(
      () => parseScoring({ rule: 'reconstruction-probability' }, dense),
      refused('rule', /another: .* not of dense/),
    );
  });
});

describe('absolute errors', () => {
  it('are the mean absolute residual of each scored column over the cells that count', () => {
    const shape = { rows: 2, features: 3, scoredFeatures: 2 };
    const features = Float32Array.of(1, 2, 9, 3, 4, 9, 0, 0, 9, 5, 5, 9);
    const windows = { count: 2, features, weight: Uint8Array.of(1, 1, 1, 0, 0, 1, 0, 1) };
    const reconstruction = Float32Array.of(0, 0, 0, 0, 7, 1, 7, 1);
    assert.deepEqual([...absoluteErrors(shape, windows, reconstruction)], [2, 2, 0, 2.5]);
  });

  it('have the least limit of residuals where squared ones have its square', () => {
    // Limits in scaled units: the least is 0.01, as 1e-4 is of squares.
    assert.deepEqual(
      channelWeights([1e-9, 0.04], 'absolute'),
      [0.01, 0.04].map((limit) => 0.0200000005 / limit),
    );
  });
});

describe('a window', () => {
  it('has the worst of its channels for an error, but the sum of their parts by mahalanobis', () => {
    const errors = Float64Array.of(1, 3);
    for (const [rule, error] of [
      ['squared', 3],
      ['absolute', 3],
      ['mahalanobis', 4],
    ] as const) {
      const { reconstructionError: found, contributions } = reconstructionError(errors, [1, 1], rule);
      assert.equal(found, error);
      assert.deepEqual([...contributions], [0.25, 0.75]);
    }
  });
});

function refused(field: string, bound: RegExp): { code: string; message: RegExp } {
  return {
    code: 'CUPOLA_SCORING_INVALID',
    message: new RegExp(`scoring: ${field} is .*; it must be .*${bound.source}`),
  };
}
