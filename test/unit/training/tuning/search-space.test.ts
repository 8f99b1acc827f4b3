import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { architectureSettings, parseArchitecture } from '../../../../pipelines/autoencoders/architecture-settings.ts';
import { searchSpace, trialArchitecture } from '../../../../pipelines/training/tuning/search-space.ts';

interface Drawn {
  readonly code: number;
  readonly hidden: readonly number[];
}

describe('the space that is searched', () => {
  it('has, for every architecture, the defaults first and then settings that its declaration takes, and that differ', () => {
    for (const name of Object.keys(architectureSettings)) {
      const space = searchSpace(name);
      const trials = Array.from({ length: 40 }, (_, trial) => trialArchitecture(space, 5, trial));
      assert.deepEqual(trials[0], parseArchitecture(name));
      for (const { settings } of trials) assert.deepEqual(parseArchitecture(name, settings).settings, settings);
      assert.ok(new Set(trials.map((one) => JSON.stringify(one.settings))).size > 4, name);
    }
  });

  it('draws the same for the same seed and trial, and other settings for another', () => {
    const space = searchSpace('denoising');
    assert.deepEqual(trialArchitecture(space, 1, 7), trialArchitecture(space, 1, 7));
    assert.notDeepEqual(trialArchitecture(space, 1, 7), trialArchitecture(space, 2, 7));
    assert.notDeepEqual(trialArchitecture(space, 1, 7), trialArchitecture(space, 1, 8));
  });

  it('leaves what is fixed as it is, and searches what is named alone', () => {
    const space = searchSpace('dense', { scaling: 'robust' }, ['code', 'hidden']);
    const usual = parseArchitecture('dense', { scaling: 'robust' }).settings;
    const codes = new Set<unknown>();
    for (let trial = 0; trial < 60; trial++) {
      const { code, hidden, ...others } = trialArchitecture(space, 1, trial).settings as unknown as Drawn;
      const { code: _, hidden: _unused, ...rest } = usual;
      assert.deepEqual(others, rest);
      assert.ok(code >= 3 && code <= 192, `${code}: within eight times the default`);
      const units = hidden as number[];
      assert.deepEqual(
        units,
        units.toSorted((a, b) => b - a),
      );
      codes.add(code);
    }
    assert.ok(codes.size > 10);
  });

  it('refuses by name what it has not, and what is fixed', () => {
    const refused = {
      code: 'CUPOLA_USAGE_INVALID',
      message: /a setting to search is units, must be among hidden, code/,
    };
    assert.throws(() => searchSpace('dense', {}, ['units']), refused);
    assert.throws(() => searchSpace('dense', { code: 4 }, ['code']), /a setting to search is code/);
    assert.throws(() => searchSpace('dense', { code: 0 }), { code: 'CUPOLA_ARCHITECTURE_INVALID' });
  });
});
