import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { parseArchitecture } from '../../../pipelines/autoencoders/architecture-settings.ts';
import type { Bundle } from '../../../pipelines/autoencoders/bundle.ts';
import { tuningObjectives } from '../../../pipelines/evaluation/tuning-objectives.ts';
import { SeededRandom } from '../../../pipelines/random.ts';
import { fitBundle, type FitPorts } from '../../../pipelines/training/fit-bundle.ts';
import type { TrainingWindow } from '../../../pipelines/training/training-windows.ts';
import { openOnnxRuntime } from '../../../services/adapters/onnx/onnx-runtime.ts';
import { openTfjsTraining } from '../../../services/adapters/tfjs/tfjs-training.ts';
import { closeFitPorts } from '../../../services/host/fit-ports.ts';
import { definitionOf } from '../../properties/window-arbitraries.ts';

const rows = 16;
const definition = definitionOf([{ kind: 'real' }, { kind: 'real' }, { kind: 'real' }], rows, 8);
const holdout = windows(200, 60);

describe('what a search for hyper-parameters minimises', () => {
  let ports: FitPorts;
  const fit = (name: string, settings: object, rule: 'squared' | 'mahalanobis' = 'squared'): Promise<Bundle> =>
    fitBundle(
      definition,
      { training: windows(0, 120), holdout },
      {
        architecture: parseArchitecture(name, settings),
        scoring: { rule },
        threshold: { policy: 'quantile', parameters: { q: 1, margin: 1 } },
        seed: 1,
        batchSize: 32,
        learningRate: 0.001,
        maxEpochs: 1,
        patience: 1,
      },
      ports,
    );

  before(async () => {
    const [backend, runtime] = await Promise.all([openTfjsTraining(), openOnnxRuntime({ workers: 0 })]);
    ports = { backend, runtime };
  });
  after(() => closeFitPorts(ports));

  it('of the holdout: has no unit, so that neither scaling nor scoring rule matters', async () => {
    const shares: number[] = [];
    for (const [scaling, rule] of [
      ['standard', 'squared'],
      ['robust', 'squared'],
      ['min-max', 'squared'],
      ['standard', 'mahalanobis'],
    ] as const)
      shares.push(await tuningObjectives.holdout(await fit('last-value', { scaling }, rule), holdout, ports.runtime));
    for (const share of shares) assert.ok(Math.abs(share / shares[0]! - 1) < 1e-3, shares.join(' '));
    assert.ok(shares[0]! > 0.05 && shares[0]! < 1, `${shares[0]}`);
  });

  it('of the holdout: is about 0 of a model that copies, which is why it is not all', async () => {
    const [small, copies] = [await fit('pca', { code: 1 }), await fit('pca', { code: 47 })];
    assert.ok((await tuningObjectives.holdout(small, holdout, ports.runtime)) > 0.2);
    assert.ok((await tuningObjectives.holdout(copies, holdout, ports.runtime)) < 0.02);
  });

  it('of injected faults: is less for a model that knows the shape of normal, the same each time, and from 0 to 1', async () => {
    const knowing = await fit('pca', { code: 2 });
    const [found, again] = [1, 2].map(() => tuningObjectives.injected(knowing, holdout, ports.runtime));
    assert.equal(await found, await again);
    const value = await found!;
    const ofLimits = await tuningObjectives.injected(await fit('last-value', {}), holdout, ports.runtime);
    assert.ok(value >= 0 && value < ofLimits && ofLimits <= 1, `${value} and ${ofLimits}`);
  });
});

/** Windows of three channels on one phase, half a window apart. */
function windows(first: number, count: number): TrainingWindow[] {
  return Array.from({ length: count }, (_, index) => {
    const startRow = (first + index) * 8;
    const values = Float64Array.from({ length: rows * 3 }, (_unused, cell) => {
      const row = startRow + Math.floor(cell / 3);
      const random = SeededRandom.for(row, `${cell % 3}`);
      return 10 * (cell % 3) + 3 * Math.sin(row / 3 + (cell % 3)) + 0.2 * random.normal();
    });
    const mask = new Uint8Array(rows * 3).fill(2);
    return { startMs: startRow * 1000, endMs: (startRow + rows) * 1000, values, mask };
  });
}
