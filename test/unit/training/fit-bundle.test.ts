import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { bundleVersion, type Bundle } from '../../../pipelines/autoencoders/bundle.ts';
import { parseArchitecture } from '../../../pipelines/autoencoders/architecture-settings.ts';
import { allocateFeatureWindows, createWindowEncoder } from '../../../pipelines/features/encode-window.ts';
import { featureLayout } from '../../../pipelines/features/feature-layout.ts';
import type { ScoringRuntime, TrainingBackend } from '../../../pipelines/ports.ts';
import { SeededRandom } from '../../../pipelines/random.ts';
import { channelErrors, reconstructionError } from '../../../pipelines/scoring/reconstruction-error.ts';
import { fitBundle } from '../../../pipelines/training/fit-bundle.ts';
import type { Selection } from '../../../pipelines/training/select-windows.ts';
import type { TrainingWindow } from '../../../pipelines/training/training-windows.ts';
import { openOnnxRuntime } from '../../../services/adapters/onnx/onnx-runtime.ts';
import { openTfjsTraining } from '../../../services/adapters/tfjs/tfjs-training.ts';
import { definitionOf } from '../../properties/window-arbitraries.ts';

const rows = 16;
const definition = definitionOf(
  [
    { kind: 'real' },
    { kind: 'enumeration', role: 'context', states: [0, 1].map((value) => ({ value, label: `${value}` })) },
    { kind: 'real' },
    { kind: 'angle' },
    { kind: 'real' },
  ],
  rows,
  4,
);
const options = {
  architecture: parseArchitecture('dense', { hidden: [32], code: 6 }),
  threshold: { policy: 'quantile', parameters: { q: 1, margin: 1 } },
  seed: 4,
  batchSize: 32,
  learningRate: 0.01,
  maxEpochs: 25,
  patience: 25,
};
/** Where a channel stands among the scored ones. */
const brokenChannel = 1;

describe('a bundle fitted on normal telemetry', () => {
  let ports: { backend: TrainingBackend; runtime: ScoringRuntime };
  let bundle: Bundle;

  before(async () => {
    const [backend, runtime] = await Promise.all([openTfjsTraining(), openOnnxRuntime({ workers: 0 })]);
    ports = { backend, runtime };
    bundle = await fitBundle(definition, selection(), options, ports);
    await runtime.load('bundle', bundle);
  });
  after(() => Promise.all([ports.backend.close(), ports.runtime.close()]));

  it('scores what is normal about 1, and a channel out of step far above, naming it', async () => {
    const normal = await scored(ports.runtime, bundle, windows(700, 40));
    const broken = await scored(ports.runtime, bundle, windows(700, 40, 'out of step'));
    const median = normal.map(({ score }) => score).toSorted((a, b) => a - b)[20]!;
    assert.ok(median > 0.5 && median < 2, `${median}`);
    for (const { score, contributions } of broken) {
      assert.ok(score > 2 * median, `${score}`);
      assert.equal(contributions.indexOf(Math.max(...contributions)), brokenChannel);
    }
  });

  it('is the same bundle for the same windows and seed', async () => {
    assert.equal(bundleVersion(await fitBundle(definition, selection(), options, ports)), bundleVersion(bundle));
  });

  it('scales by its training windows alone', async () => {
    const { training, holdout } = selection();
    const shifted = holdout.map((window) => Object.assign({}, window, { values: window.values.map((v) => v + 5) }));
    const few = { ...options, maxEpochs: 1 };
    const { manifest } = await fitBundle(definition, { training, holdout: shifted }, few, ports);
    assert.deepEqual(manifest.scaler, bundle.manifest.scaler);
    assert.ok(manifest.holdoutMedianError > bundle.manifest.holdoutMedianError);
  });

  it('is scaled as its architecture says: cross-entropy of what training saw as 0 to 1', async () => {
    const architecture = parseArchitecture('dense', { hidden: [32], code: 6, scaling: 'min-max', loss: 'bce' });
    const { manifest } = await fitBundle(definition, selection(), { ...options, architecture, maxEpochs: 8 }, ports);
    const { min, max } = manifest.statistics[0]!;
    assert.equal(manifest.scaler.center[0], min);
    assert.ok(Math.abs(manifest.scaler.scale[0]! - (max - min)) < 1e-9);
    const losses = manifest.fit.epochs.map(({ holdoutLoss }) => holdoutLoss);
    assert.ok(losses.at(-1)! < 0.5 * losses[0]!, losses.join(' '));
  });

  it('says on what it was fitted and judged', () => {
    const { training, holdout, holdoutErrors, holdoutStrideMs, statistics, fit, channelWeights } = bundle.manifest;
    assert.deepEqual(training, { fromMs: 0, toMs: (4 * 199 + rows) * 1000, windows: 200 });
    assert.equal(holdout.windows, 60);
    assert.deepEqual(holdoutErrors.length, 60);
    assert.equal(holdoutStrideMs, 4000);
    assert.equal(statistics.length, definition.channels.length);
    assert.equal(channelWeights.length, 4);
    assert.equal(fit.epochs.length, 25);
    assert.equal(fit.backend, ports.backend.name);
  });
});

function selection(): Selection {
  return { training: windows(0, 200), holdout: windows(300, 60) };
}

/** Windows one stride apart, of channels that follow one phase; or with one of them half a turn off. */
function windows(first: number, count: number, how: 'in step' | 'out of step' = 'in step'): TrainingWindow[] {
  return Array.from({ length: count }, (_, index) => {
    const startRow = (first + index) * 4;
    const values = Float64Array.from({ length: rows * 5 }, (_unused, cell) =>
      valueAt(startRow + Math.floor(cell / 5), cell % 5, how),
    );
    return {
      startMs: startRow * 1000,
      endMs: (startRow + rows) * 1000,
      values,
      mask: new Uint8Array(rows * 5).fill(2),
    };
  });
}

function valueAt(row: number, channel: number, how: 'in step' | 'out of step'): number {
  const phase = row / 4;
  const noise = 0.1 * SeededRandom.for(row, `${channel}`).normal();
  if (channel === 0) return 20 + 3 * Math.sin(phase) + noise;
  if (channel === 1) return Math.sin(phase) > 0 ? 1 : 0;
  if (channel === 2) return 100 * Math.cos(how === 'in step' ? phase : phase + Math.PI) + 10 * noise;
  if (channel === 3) return (phase * 180) / Math.PI + 10 * noise;
  return 5 + noise;
}

interface Score {
  readonly score: number;
  readonly contributions: readonly number[];
}

async function scored(runtime: ScoringRuntime, { manifest }: Bundle, given: TrainingWindow[]): Promise<Score[]> {
  const layout = featureLayout(definition);
  const encode = createWindowEncoder(layout, manifest.scaler);
  const encoded = allocateFeatureWindows(layout, given.length);
  given.forEach((window, index) => encode(window, encoded, index));
  const { featureErrors } = await runtime.score('bundle', encoded);
  const errors = new Float64Array(layout.scored.length);
  return given.map((_, index) => {
    channelErrors(layout, featureErrors, index, errors);
    const { reconstructionError: error, contributions } = reconstructionError(errors, manifest.channelWeights);
    return { score: error / manifest.holdoutMedianError, contributions: [...contributions] };
  });
}
