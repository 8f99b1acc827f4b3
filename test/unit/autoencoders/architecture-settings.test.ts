import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { architectureSettings, parseArchitecture } from '../../../pipelines/autoencoders/architecture-settings.ts';
import { architectures, buildModel } from '../../../pipelines/autoencoders/architectures.ts';
import { useWasmBackend } from '../../../services/adapters/tfjs/wasm-backend.ts';

/** assert.throws with the error's subject checked too. */
function assertRefused(run: () => unknown, field: string, value: unknown, bound: RegExp): void {
  assert.throws(run, (error: unknown) => {
    const { code, message, subject } = error as {
      code: string;
      message: string;
      subject: { field: string; value: unknown };
    };
    assert.equal(code, 'CUPOLA_ARCHITECTURE_INVALID');
    assert.equal(subject.field, field);
    assert.deepEqual(subject.value, value);
    assert.match(message, bound);
    return true;
  });
}

describe('architecture settings', () => {
  before(useWasmBackend);

  it('are filled with defaults', () => {
    const shared = { loss: 'mse', huberDelta: 1, scaling: 'standard', inputLimit: 10 };
    assert.deepEqual(parseArchitecture('dense', { code: 3 }).settings, {
      hidden: [],
      code: 3,
      activation: 'relu',
      codeActivation: 'linear',
      seesContext: true,
      tiedWeights: false,
      weightDecay: 0,
      pretrainEpochs: 0,
      ...shared,
    });
    assert.deepEqual(parseArchitecture('lstm').settings, { units: 32, code: 16, layers: 1, ...shared });
  });

  it('are refused by setting, value and bound', () => {
    assertRefused(() => parseArchitecture('dense', { code: 0 }), 'code', 0, />=1/);
    assertRefused(() => parseArchitecture('dense', { hidden: [4, 9999] }), 'hidden.1', 9999, /<=8192/);
    assertRefused(() => parseArchitecture('lstm', { layers: 9 }), 'layers', 9, /<=3/);
    assertRefused(() => parseArchitecture('lstm', { unit: 9 }), 'unit', 9, /Unrecognized/);
    assertRefused(() => parseArchitecture('lstm', 7), 'settings', 7, /object/);
    assertRefused(
      () => parseArchitecture('dense', { loss: 'bce' }),
      'loss',
      'bce',
      /must be mse.*where scaling is standard.*min-max/,
    );
    assertRefused(() => parseArchitecture('transformer'), 'name', 'transformer', /one of dense, .*lstm/);
    assertRefused(() => parseArchitecture('toString'), 'name', 'toString', /one of/);
  });

  it('a code as wide as what is to be reconstructed is refused: such a model need learn nothing', () => {
    const shape = { rows: 4, features: 3, scoredFeatures: 2 };
    for (const name of ['dense', 'lstm'])
      assertRefused(() => buildModel({ name, settings: { code: 8 } }, shape, 1), 'code', 8, /less than.*\(8\)/);
    buildModel({ name: 'dense', settings: { code: 7 } }, shape, 1).dispose();
  });

  it('name the same architectures as those that can be built', () => {
    assert.deepEqual(Object.keys(architectures), Object.keys(architectureSettings));
  });

  it('that leave nothing to learn are refused', () => {
    assertRefused(() => parseArchitecture('overcomplete', { sparsity: 0 }), 'sparsity', 0, /greater than 0.*copy/);
    parseArchitecture('overcomplete', { sparsity: 0, masking: 0.1 });
    assertRefused(() => parseArchitecture('overcomplete', { codeRatio: 1 }), 'codeRatio', 1, />1/);
    assertRefused(() => parseArchitecture('denoising', { gaussian: 0 }), 'gaussian', 0, /greater than 0.*denoise/);
    assertRefused(() => parseArchitecture('k-sparse', { code: 8, k: 8 }), 'k', 8, /less than code \(8\)/);
    assertRefused(() => parseArchitecture('stacked', { hidden: [] }), 'hidden', [], />=1/);
  });

  it('sparsity by divergence is of sigmoid codes alone', () => {
    assertRefused(
      () => parseArchitecture('sparse-kl', { codeActivation: 'relu' }),
      'codeActivation',
      'relu',
      /"sigmoid"/,
    );
    assert.equal(parseArchitecture('sparse-kl').settings['targetActivation'], 0.005);
  });
});
