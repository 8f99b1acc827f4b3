import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { architectureSettings, parseArchitecture } from '../../../pipelines/autoencoders/architecture-settings.ts';
import type { FitControl } from '../../../pipelines/autoencoders/fit.ts';
import type { FeatureWindows } from '../../../pipelines/ports.ts';
import { featureErrors } from '../../../pipelines/scoring/residuals.ts';
import { useWasmBackend } from '../../../services/adapters/tfjs/wasm-backend.ts';
import { waves, wavesShape as shape } from '../../conformance/toy-waves.ts';
import { fittedOn, reconstructed } from './rivals/toy-fit.ts';

const windows = waves(100, 0, 'together');
const seen = waves(30, 7, 'apart');
/** None of them takes chances: within an ensemble each has another seed. */
const members = [
  ['ridge', { past: 5, lambda: 1 }],
  ['nearest-window', { windows: 20 }],
  ['ridge', { past: 2 }],
  ['last-value', {}],
] as const;
const described = members.map(([name, settings]) => ({ name, settings }));

/** Errors by window and scored feature, each member's over the 0.99 quantile of its own on the holdout, which is `windows`. */
async function errorsInOwnUnits(): Promise<readonly Float64Array[]> {
  const all: Float64Array[] = [];
  for (const member of members) {
    const model = await fittedOn(windows, shape, member);
    const errorsOn = (of: FeatureWindows): Float32Array => featureErrors(shape, of, reconstructed(model, of));
    const holdout = errorsOn(windows);
    const limits = [0, 1, 2].map((feature) => {
      const ascending = holdout.filter((_, at) => at % 3 === feature).sort();
      return ascending[98]!;
    });
    all.push(Float64Array.from(errorsOn(seen), (error, at) => error / limits[at % 3]!));
    model.dispose();
  }
  return all;
}

describe('an ensemble', () => {
  let own: readonly Float64Array[];
  before(async () => {
    await useWasmBackend();
    own = await errorsInOwnUnits();
  });

  const rules: readonly [string, Record<string, unknown>, (errors: readonly number[]) => number][] = [
    ['mean', { combine: 'mean' }, (errors) => errors.reduce((sum, error) => sum + error, 0) / errors.length],
    ['median (the greater of two)', { combine: 'median' }, (errors) => errors.toSorted((a, b) => b - a)[1]!],
    ['vote of 1: the greatest', { combine: 'vote', votes: 1 }, (errors) => Math.max(...errors)],
    ['vote of 3: the third', { combine: 'vote', votes: 3 }, (errors) => errors.toSorted((a, b) => b - a)[2]!],
  ];
  for (const [rule, settings, combined] of rules)
    it(`has for its error the ${rule} of its members', each in units of its own holdout`, async () => {
      const model = await fittedOn(windows, shape, ['ensemble', { members: described, ...settings }]);
      const errors = featureErrors(shape, seen, reconstructed(model, seen));
      // The ensemble has a unit of its own for each feature: the same ratio for all windows.
      const ratios = [0, 1, 2].map((feature) => errors[feature]! / combined(own.map((of) => of[feature]!)));
      errors.forEach((error, at) => {
        const expected = combined(own.map((of) => of[at]!)) * ratios[at % 3]!;
        assert.ok(Math.abs(error - expected) < 1e-4 * expected, `${error} for ${expected} at ${at}`);
      });
      model.dispose();
    });

  it('of a model with itself is that model, whatever the rule', async () => {
    const alone = await fittedOn(windows, shape, members[2]);
    const expected = reconstructed(alone, seen);
    for (const combine of ['mean', 'median', 'vote']) {
      const twice = await fittedOn(windows, shape, ['ensemble', { members: [described[2], described[2]], combine }]);
      reconstructed(twice, seen).forEach((value, at) => assert.ok(Math.abs(value - expected[at]!) < 1e-5, combine));
    }
  });

  it('fits its members by seeds of their own, and shares the time out among them', async () => {
    const dense = { name: 'dense', settings: { hidden: [8], code: 4 } };
    const shares: number[] = [];
    const epochs: number[] = [];
    const control: FitControl = {
      onProgress: ({ epoch, maxEpochs }) => epochs.push(epoch, maxEpochs),
      verdict: () => 'go on',
      share(fits) {
        shares.push(fits);
        return { onProgress() {}, verdict: () => (fits === 2 ? 'finish' : 'go on') };
      },
    };
    const model = await fittedOn(windows, shape, ['ensemble', { members: [dense, dense, described[3]] }], { control });
    const [first, second] = [model.variables[0]!, model.variables[model.variables.length / 2]!];
    assert.notDeepEqual(first.dataSync(), second.dataSync());
    assert.deepEqual(shares, [3, 2, 1]);
    // The second was to finish: after one epoch of three.
    assert.deepEqual(epochs, [1, 9, 2, 9, 3, 9, 4, 9, 5, 9]);
    model.dispose();
  });

  it('refuses members by setting, value and bound', () => {
    const refusals: readonly [unknown, RegExp][] = [
      [
        { members: [{ name: 'dense', settings: { code: 0 } }, { name: 'ridge' }] },
        /members\.0\.settings\.code is 0.*>=1/,
      ],
      [{ members: [{ name: 'ensemble' }, { name: 'ridge' }] }, /members\.0\.name is "ensemble".*"ridge"/],
      [{ members: [{ name: 'ridge' }] }, /members is .*>=2/],
      [{ votes: 4 }, /votes is 4.*at most the members \(3\)/],
      [{ scaling: 'robust' }, /members\.0\.settings\.scaling.*the ensemble \(robust\)/],
    ];
    for (const [settings, message] of refusals)
      assert.throws(() => parseArchitecture('ensemble', settings), { code: 'CUPOLA_ARCHITECTURE_INVALID', message });
  });

  it('may be of any architecture but ensembles', () => {
    const names = Object.keys(architectureSettings).filter((name) => name !== 'ensemble');
    const settings = { members: names.slice(-16).map((name) => ({ name })) };
    assert.equal(parseArchitecture('ensemble', settings).name, 'ensemble');
  });
});
