import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { parseArchitecture, type ArchitectureName } from '../../../../pipelines/autoencoders/architecture-settings.ts';
import type { WindowShape } from '../../../../pipelines/autoencoders/architecture.ts';
import { buildModel } from '../../../../pipelines/autoencoders/architectures.ts';
import type { FeatureWindows } from '../../../../pipelines/ports.ts';
import { SeededRandom } from '../../../../pipelines/random.ts';
import { featureErrors } from '../../../../pipelines/scoring/residuals.ts';
import { useWasmBackend } from '../../../../services/adapters/tfjs/wasm-backend.ts';
import { waves, wavesShape } from '../../../conformance/toy-waves.ts';
import { fittedOn, reconstructed, windowsOf } from './toy-fit.ts';

/** One telemetry channel and one command. */
const shape: WindowShape = { rows: 6, features: 2, scoredFeatures: 1 };

describe('rivals', () => {
  before(useWasmBackend);

  it('principal components take no step: more epochs change nothing', async () => {
    const windows = waves(64, 0, 'together');
    const [few, many] = await Promise.all(
      [1, 9].map((maxEpochs) => fittedOn(windows, wavesShape, ['pca', { code: 3 }], { maxEpochs })),
    );
    assert.deepEqual(few!.exportOnnx(), many!.exportOnnx());
    for (const model of [few!, many!]) model.dispose();
  });

  it('the last value predicts each row by the one before, and the first by itself', async () => {
    const windows = windowsOf(shape, [1, 0, 2, 0, 4, 1, 8, 1, 99, 0, 7, 0]);
    const model = await fittedOn(windows, shape, ['last-value', { inputLimit: 50 }]);
    assert.deepEqual([...reconstructed(model, windows)], [1, 1, 2, 4, 8, 50]);
  });

  it('the nearest window is that of least squared distance, of those that were kept', async () => {
    const known = waves(50, 1, 'together');
    const seen = waves(20, 2, 'apart');
    const model = await fittedOn(known, wavesShape, ['nearest-window', { windows: 25 }]);
    const found = reconstructed(model, seen);
    const width = wavesShape.rows * wavesShape.scoredFeatures;
    const kept = Array.from({ length: 25 }, (_, index) => scoredCells(known, 2 * index));
    for (let window = 0; window < seen.count; window++) {
      const cells = scoredCells(seen, window);
      const distances = kept.map((other) => other.reduce((sum, value, at) => sum + (value - cells[at]!) ** 2, 0));
      const nearest = kept[distances.indexOf(Math.min(...distances))];
      assert.deepEqual([...found.subarray(window * width, (window + 1) * width)], nearest);
    }
  });

  it('several nearest windows are averaged, and rows before the newest are left alone', async () => {
    const known = waves(50, 1, 'together');
    const seen = waves(20, 2, 'apart');
    const model = await fittedOn(known, wavesShape, ['nearest-window', { neighbours: 3, newestRows: 2 }]);
    const found = reconstructed(model, seen);
    const { rows, scoredFeatures } = wavesShape;
    const width = rows * scoredFeatures;
    const all = Array.from({ length: 50 }, (_, index) => scoredCells(known, index));
    for (let window = 0; window < seen.count; window++) {
      const cells = scoredCells(seen, window);
      const distance = (other: readonly number[]): number =>
        other.reduce((sum, value, at) => sum + (value - cells[at]!) ** 2, 0);
      const nearest = all.toSorted((a, b) => distance(a) - distance(b)).slice(0, 3);
      for (let cell = 0; cell < width; cell++) {
        const averaged = nearest.reduce((sum, other) => sum + other[cell]!, 0) / 3;
        const expected = cell < (rows - 2) * scoredFeatures ? cells[cell]! : averaged;
        assert.ok(Math.abs(found[window * width + cell]! - expected) < 1e-5);
      }
    }
  });

  it('ridge regression finds how a channel follows its past and its command, and nothing else', async () => {
    const { windows } = driven(40, 0);
    const model = await fittedOn(windows, shape, ['ridge', { past: 1, lambda: 1e-6 }]);
    const { windows: others, noise } = driven(20, 1);
    const errors = featureErrors(shape, others, reconstructed(model, others));
    assert.ok(mean(errors) < 1.3 * noise, `${mean(errors)} for ${noise}`);
    const uncommanded = windowsOf(
      shape,
      others.features.map((value, cell) => (cell % 2 === 1 ? 1 - value : value)),
    );
    const astray = featureErrors(shape, uncommanded, reconstructed(model, uncommanded));
    assert.ok(mean(astray) > 100 * noise, `${mean(astray)} for ${noise}`);
  });

  it('ridge regression learns nothing from rows that do not count', async () => {
    const clean = driven(40, 0).windows;
    const spoiled = { ...clean, features: clean.features.slice() };
    // Their last rows: no row is predicted from them.
    for (let window = 0; window < 20; window++) {
      clean.weight[window * 6 + 5] = 0;
      spoiled.features[window * 12 + 10] = 9;
    }
    const expected = await fittedOn(clean, shape, ['ridge', { past: 1 }]);
    const found = await fittedOn(spoiled, shape, ['ridge', { past: 1 }]);
    assert.deepEqual(reconstructed(found, clean), reconstructed(expected, clean));
    clean.weight.fill(1);
    const taught = await fittedOn(spoiled, shape, ['ridge', { past: 1 }]);
    assert.notDeepEqual(reconstructed(taught, clean), reconstructed(expected, clean));
  });

  it('rows that cannot be predicted have no residual', async () => {
    const { windows } = driven(10, 0);
    const rows: readonly [ArchitectureName, Record<string, unknown>, number][] = [
      ['ridge', { past: 4 }, 4],
      ['forecaster', { forecastShare: 0.5 }, 3],
      ['lstm-forecaster', { forecastShare: 0.01, units: 3 }, 5],
    ];
    for (const [name, settings, unpredicted] of rows) {
      const model = await fittedOn(windows, shape, [name, settings], { maxEpochs: 1 });
      reconstructed(model, windows).forEach((value, cell) => {
        const isPredicted = cell % shape.rows >= unpredicted;
        assert.equal(value !== windows.features[2 * cell], isPredicted, `${name} ${cell}`);
      });
      model.dispose();
    }
  });

  it('windows too short for them are refused', () => {
    const one = { rows: 1, features: 2, scoredFeatures: 1 };
    const refused = { code: 'CUPOLA_ARCHITECTURE_INVALID' };
    for (const name of ['last-value', 'forecaster', 'lstm-forecaster'])
      assert.throws(() => buildModel(parseArchitecture(name), one, 1), { ...refused, message: /rows is 1.*least 2/ });
    assert.throws(() => buildModel(parseArchitecture('ridge', { past: 6 }), shape, 1), {
      ...refused,
      message: /past is 6.*less than .*\(6\)/,
    });
  });
});

/** x_t = 0.7 x_(t-1) + 2 u_t - 1 + noise, of a command u that is 0 or 1 by chance; and the noise's mean square by window. */
function driven(count: number, seed: number): { windows: FeatureWindows; noise: number } {
  const random = SeededRandom.for(seed, 'driven');
  const cells: number[] = [];
  for (let window = 0; window < count; window++) {
    let value = random.normal();
    for (let row = 0; row < shape.rows; row++) {
      const command = random.below(2);
      if (row > 0) value = 0.7 * value + 2 * command - 1 + 0.05 * random.normal();
      cells.push(value, command);
    }
  }
  return { windows: windowsOf(shape, cells), noise: (0.05 ** 2 * (shape.rows - 1)) / shape.rows };
}

function scoredCells({ features }: FeatureWindows, window: number): number[] {
  const { rows, features: width, scoredFeatures } = wavesShape;
  const own = features.subarray(window * rows * width, (window + 1) * rows * width);
  return [...own].filter((_, cell) => cell % width < scoredFeatures);
}

function mean(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
