import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { parseArchitecture } from '../../pipelines/autoencoders/architecture-settings.ts';
import type { ArchitectureDescription } from '../../pipelines/autoencoders/architecture.ts';
import { bundleVersion, canonicalJson, type Bundle } from '../../pipelines/autoencoders/bundle.ts';
import { allocateFeatureWindows } from '../../pipelines/features/encode-window.ts';
import type { FeatureWindows } from '../../pipelines/ports.ts';
import { SeededRandom } from '../../pipelines/random.ts';
import { GoverningModel } from '../../pipelines/scoring/governing-model.ts';
import type { WindowScore } from '../../pipelines/scoring/score-event.ts';
import type { ScoringRuleName } from '../../pipelines/scoring/scoring-rule.ts';
import { fitBundle, type FitPorts } from '../../pipelines/training/fit-bundle.ts';
import type { TrainingWindow } from '../../pipelines/training/training-windows.ts';
import { manifestSchema } from '../../services/adapters/files/manifest-schema.ts';
import { closeFitPorts } from '../../services/host/fit-ports.ts';
import { openOnnxRuntime } from '../../services/adapters/onnx/onnx-runtime.ts';
import { openTfjsTraining } from '../../services/adapters/tfjs/tfjs-training.ts';
import { definitionOf } from '../properties/window-arbitraries.ts';
import { someOf } from './example-models.ts';

const rows = 8;
const definition = definitionOf([{ kind: 'real' }, { kind: 'angle' }, { kind: 'real' }], rows, 4);
const broken = 2;
const anyArchitecture = [
  parseArchitecture('dense', { code: 4 }),
  parseArchitecture('gru', { units: 8, code: 4 }),
  parseArchitecture('convolutional', { filters: [6], kernel: 3, code: 4 }),
  parseArchitecture('variational', { hidden: [16], code: 4 }),
  parseArchitecture('last-value'),
  parseArchitecture('ensemble', { members: [{ name: 'pca', settings: { code: 4 } }, { name: 'last-value' }] }),
];
const cases: readonly (readonly [ScoringRuleName, typeof anyArchitecture])[] = [
  ['squared', anyArchitecture],
  ['absolute', anyArchitecture],
  ['mahalanobis', anyArchitecture],
  [
    'reconstruction-probability',
    [parseArchitecture('reconstruction-probability', { hidden: [16], code: 4, draws: 3 })],
  ],
];

describe('scoring rules', () => {
  let ports: FitPorts;

  before(async () => {
    const [backend, runtime] = await Promise.all([openTfjsTraining(), openOnnxRuntime({ workers: 0 })]);
    ports = { backend, runtime };
  });
  after(() => closeFitPorts(ports));

  for (const [rule, architectures] of cases)
    for (const architecture of architectures)
      describe(`${rule}, ${architecture.name}`, () => {
        let bundle: Bundle;
        let model: GoverningModel;
        before(async () => {
          bundle = await fitBy(rule, architecture, ports);
          model = new GoverningModel(bundle);
          await ports.runtime.load(model.version, bundle);
        });
        after(() => ports.runtime.unload(model.version));

        it('calls ordinary windows about 1, and one with a broken channel far more, naming it', async () => {
          const ordinary = await scores(ports, model, windows(400, 60));
          const middle = median(ordinary.map(({ anomalyScore }) => anomalyScore));
          assert.ok(middle > 0.5 && middle < 2, `${middle}`);
          for (const { anomalyScore, contributions } of await scores(ports, model, windows(400, 20, 200))) {
            assert.ok(anomalyScore > 2.5 * middle, `${anomalyScore}`);
            assert.equal(contributions.indexOf(Math.max(...contributions)), broken);
          }
        });

        it('shares a score out among the channels: at least 0 each, 1 in all', async () => {
          for (const { contributions } of await scores(ports, model, windows(500, 40))) {
            assert.equal(contributions.length, 3);
            assert.ok(contributions.every((share) => share >= 0));
            assert.ok(Math.abs(contributions.reduce((sum, share) => sum + share, 0) - 1) < 1e-6);
          }
        });

        it('gives a window the same bits whatever batch it stands in', async () => {
          const encoded = encode(model, windows(600, 150));
          const all = await ports.runtime.score(model.version, someOf(encoded));
          for (const [from, to] of [
            [0, 1],
            [149, 150],
            [60, 131],
          ] as const) {
            const part = await ports.runtime.score(model.version, someOf(encoded, from, to));
            const width = all.featureErrors.length / 150;
            assert.deepEqual(part.featureErrors, all.featureErrors.slice(from * width, to * width));
          }
        });

        it('gives strides the errors that their window is the mean of, where nothing is missing', async () => {
          const whole = windows(600, 20);
          for (const { mask } of whole) mask.fill(2);
          const { featureErrors, strideErrors } = await ports.runtime.score(model.version, encode(model, whole));
          const columns = featureErrors.length / whole.length;
          featureErrors.forEach((error, at) => {
            const [window, column] = [Math.floor(at / columns), at % columns];
            const [older, newer] = [0, 1].map((stride) => strideErrors[(2 * window + stride) * columns + column]!);
            assert.ok(
              Math.abs((older! + newer!) / 2 - error) <= 1e-5 * Math.max(error, 1e-3),
              `${older} ${newer} ${error}`,
            );
          });
        });

        it('gives rows errors of which no stride has more than their mean, and none to a row that was not seen', async () => {
          const whole = windows(600, 20);
          const { layout } = model;
          for (const { mask } of whole) mask.fill(2).fill(0, 0, mask.length / layout.rows);
          for (const { strideErrors, rowErrors } of await scores(ports, model, whole)) {
            assert.ok(Number.isNaN(rowErrors[0]) && rowErrors.subarray(1).every((error) => error >= 0));
            strideErrors.forEach((error, stride) => {
              const rows = rowErrors.subarray(stride * layout.strideRows, (stride + 1) * layout.strideRows);
              const seen = rows.filter((row) => row >= 0);
              const mean = seen.reduce((sum, row) => sum + row, 0) / seen.length;
              assert.ok(
                error <= mean * (1 + 1e-5) && error >= mean / layout.scored.length / 1.00001,
                `${error} of ${mean}`,
              );
            });
          }
        });

        it('stands in the bundle, which is the same for the same windows and seed', async () => {
          const stored = manifestSchema.parse(JSON.parse(canonicalJson(bundle.manifest)));
          assert.deepEqual(stored, bundle.manifest);
          // What is today's without a word is left unsaid.
          assert.equal(stored.scoring?.rule, rule === 'squared' ? undefined : rule);
          assert.equal(bundleVersion(await fitBy(rule, architecture, ports)), model.version);
        });
      });
});

function fitBy(rule: ScoringRuleName, architecture: ArchitectureDescription, ports: FitPorts): Promise<Bundle> {
  const options = {
    architecture,
    scoring: { rule },
    threshold: { policy: 'quantile', parameters: { q: 1, margin: 1 } },
    seed: 3,
    batchSize: 32,
    learningRate: 0.02,
    maxEpochs: 6,
    patience: 6,
  };
  return fitBundle(definition, { training: windows(0, 160), holdout: windows(200, 60) }, options, ports);
}

/** Windows one stride apart of channels on one phase, a hundredth of the cells missing; the last channel off by `offset`. */
function windows(first: number, count: number, offset = 0): TrainingWindow[] {
  return Array.from({ length: count }, (_, index) => {
    const startRow = (first + index) * 4;
    const cells = Array.from({ length: rows }, (_unused, row) => {
      const random = SeededRandom.for(startRow + row, 'row');
      const phase = (startRow + row) / 4;
      return [
        20 + 3 * Math.sin(phase) + 0.1 * random.normal(),
        ((phase * 180) / Math.PI + 2 * random.normal()) % 360,
        50 * Math.cos(phase) + offset * Math.sign(Math.sin(startRow + row)) + random.normal(),
      ].map((value) => ({ value, isMissing: random.uniform() < 0.01 }));
    }).flat();
    return {
      startMs: startRow * 1000,
      endMs: (startRow + rows) * 1000,
      values: Float64Array.from(cells, ({ value }) => value),
      mask: Uint8Array.from(cells, ({ isMissing }) => (isMissing ? 0 : 2)),
    };
  });
}

function encode(model: GoverningModel, given: readonly TrainingWindow[]): FeatureWindows {
  const encoded = allocateFeatureWindows(model.layout, given.length);
  given.forEach((window, index) => model.encode(window, encoded, index));
  return encoded;
}

async function scores({ runtime }: FitPorts, model: GoverningModel, given: TrainingWindow[]): Promise<WindowScore[]> {
  const scored = await runtime.score(model.version, encode(model, given));
  return model.scoreEvents(
    scored,
    given.map(({ startMs, endMs, values, mask }) => ({
      startMs,
      endMs,
      missingShare: 0,
      backfill: false,
      matrix: { values, mask },
    })),
  );
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
