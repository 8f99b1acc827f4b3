import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { bundleVersion } from '../../../pipelines/autoencoders/bundle.ts';
import { parseArchitecture } from '../../../pipelines/autoencoders/architecture-settings.ts';
import { allocateFeatureWindows } from '../../../pipelines/features/encode-window.ts';
import type { ScoringRuntime, TrainingBackend } from '../../../pipelines/ports.ts';
import { SeededRandom } from '../../../pipelines/random.ts';
import { GoverningModel } from '../../../pipelines/scoring/governing-model.ts';
import type { WindowScore } from '../../../pipelines/scoring/score-event.ts';
import { fitBundle } from '../../../pipelines/training/fit-bundle.ts';
import type { TrainingWindow } from '../../../pipelines/training/training-windows.ts';
import { openOnnxRuntime } from '../../../services/adapters/onnx/onnx-runtime.ts';
import { openTfjsTraining } from '../../../services/adapters/tfjs/tfjs-training.ts';
import { definitionOf } from '../../properties/window-arbitraries.ts';

const rows = 12;
/** A command and two channels that answer it. */
const definition = definitionOf([{ kind: 'real', role: 'context' }, { kind: 'real' }, { kind: 'real' }], rows, 3);
const members = [
  { name: 'dense', settings: { code: 6 } },
  { name: 'ridge', settings: { past: 3 } },
  { name: 'nearest-window', settings: {} },
  { name: 'forecaster', settings: { hidden: [16] } },
];
const options = {
  architecture: parseArchitecture('ensemble', { members, votes: 2 }),
  threshold: { policy: 'quantile', parameters: { q: 1, margin: 1 } },
  seed: 4,
  batchSize: 32,
  learningRate: 0.01,
  maxEpochs: 5,
  patience: 5,
};
let backend: TrainingBackend;
let runtime: ScoringRuntime;
before(async () => ([backend, runtime] = await Promise.all([openTfjsTraining(), openOnnxRuntime({ workers: 0 })])));
after(() => Promise.all([backend.close(), runtime.close()]));

it('an ensemble is one bundle with one version and one score, which names the channel that is wrong', async () => {
  const selection = { training: windows(0, 100), holdout: windows(1000, 40) };
  const progress: number[] = [];
  const fit = (): ReturnType<typeof fitBundle> =>
    fitBundle(definition, selection, options, { backend, runtime }, ({ epoch }) => progress.push(epoch));
  const bundle = await fit();
  assert.match(bundleVersion(bundle), /^ensemble-[0-9a-f]{12}$/);
  const epochs = bundle.manifest.fit.epochs.length;
  assert.deepEqual(
    progress,
    Array.from({ length: epochs }, (_, index) => index + 1),
  );
  assert.equal(bundleVersion(await fit()), bundleVersion(bundle));
  const normal = await scores(new GoverningModel(bundle), windows(2000, 40));
  const broken = await scores(new GoverningModel(bundle), windows(2000, 40, 'deaf'));
  const highest = Math.max(...normal.map(({ anomalyScore }) => anomalyScore));
  assert.ok(highest < 20, `${highest}`);
  for (const { anomalyScore, contributions } of broken) {
    assert.ok(anomalyScore > highest, `${anomalyScore} for ${highest}`);
    assert.ok(contributions[1]! > 0.5, contributions.join(' '));
  }
});

it('an ensemble that must end at once has members all the same', async () => {
  const selection = { training: windows(0, 100), holdout: windows(1000, 40) };
  const bundle = await fitBundle(definition, selection, { ...options, maxSeconds: 0.001 }, { backend, runtime });
  assert.equal(bundle.manifest.fit.epochs.length, members.length);
  for (const { anomalyScore } of await scores(new GoverningModel(bundle), windows(2000, 10)))
    assert.ok(Number.isFinite(anomalyScore));
});

async function scores(model: GoverningModel, of: readonly TrainingWindow[]): Promise<WindowScore[]> {
  const encoded = allocateFeatureWindows(model.layout, of.length);
  of.forEach((window, index) => model.encode(window, encoded, index));
  await runtime.load(model.version, model.bundle);
  const scored = await runtime.score(model.version, encoded);
  const awaited = of.map(({ startMs, endMs, values, mask }) => ({ startMs, endMs, matrix: { values, mask } }));
  return model.scoreEvents(
    scored,
    awaited.map((window) => Object.assign(window, { missingShare: 0, backfill: false })),
  );
}

/** Windows one stride apart; or with the second channel deaf to the command. */
function windows(first: number, count: number, how: 'normal' | 'deaf' = 'normal'): TrainingWindow[] {
  return Array.from({ length: count }, (_, index) => {
    const startRow = (first + index) * 3;
    const values = new Float64Array(rows * 3);
    for (let row = 0; row < rows; row++) {
      const command = Math.floor((startRow + row) / 4) % 2;
      const noise = [1, 2].map((channel) => 0.05 * SeededRandom.for(startRow + row, `${channel}`).normal());
      values.set([command, 3 * command + noise[0]!, 10 - (how === 'deaf' ? 0 : command) + noise[1]!], 3 * row);
    }
    const mask = new Uint8Array(rows * 3).fill(2);
    return { startMs: startRow * 1000, endMs: (startRow + rows) * 1000, values, mask };
  });
}
