import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import { parseArchitecture } from '../../../pipelines/autoencoders/architecture-settings.ts';
import { featureErrors } from '../../../pipelines/scoring/residuals.ts';
import { useWasmBackend } from '../../../services/adapters/tfjs/wasm-backend.ts';
import { waves, wavesShape as shape } from '../../conformance/toy-waves.ts';
import { fittedOn, reconstructed } from './rivals/toy-fit.ts';

before(useWasmBackend);

it('a window without its level is judged the same wherever its scored channels stand', async () => {
  const windows = waves(100, 0, 'together');
  const model = await fittedOn(windows, shape, ['level-free', { code: 3 }]);
  const shifted = { ...windows, features: windows.features.map((value, cell) => value + [3, -2, 5, 0][cell % 4]!) };
  const [errors, same] = [windows, shifted].map((of) => featureErrors(shape, of, reconstructed(model, of)));
  errors!.forEach((error, at) => assert.ok(Math.abs(same![at]! - error) < 1e-4 * error + 1e-6, `${same![at]}`));
  // Context keeps its level.
  const other = { ...windows, features: windows.features.map((value, cell) => (cell % 4 === 3 ? value + 3 : value)) };
  assert.notDeepEqual(reconstructed(model, other), reconstructed(model, windows));
  model.dispose();
});

it('cross-entropy is refused: what differs from a level is not within [0, 1]', () => {
  assert.throws(() => parseArchitecture('level-free', { loss: 'bce', scaling: 'min-max' }), /loss is "bce".*level/);
});
