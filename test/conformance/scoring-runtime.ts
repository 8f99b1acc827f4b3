import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { parseArchitecture } from '../../pipelines/autoencoders/architecture-settings.ts';
import type { ArchitectureDescription, WindowShape } from '../../pipelines/autoencoders/architecture.ts';
import type { Bundle } from '../../pipelines/autoencoders/bundle.ts';
import { robustLimits } from '../../pipelines/autoencoders/robust-limits.ts';
import type { FeatureWindows, ScoredWindows, ScoringRuntime } from '../../pipelines/ports.ts';
import { exampleArchitectures, exampleBundle, exampleOnnx, exampleWindows, someOf } from './example-models.ts';

const shape: WindowShape = { rows: 12, features: 5, scoredFeatures: 3 };
const strideRows = 4;

/** The laws that every ScoringRuntime keeps. `open` gives a new one; TensorFlow.js must have a backend. */
export function scoringRuntimeConformance(adapter: string, open: () => Promise<ScoringRuntime>): void {
  describe(`ScoringRuntime: ${adapter}`, () => {
    const models: { name: string; bundle: Bundle }[] = [];
    let runtime: ScoringRuntime;

    before(async () => {
      runtime = await open();
      for (const architecture of [...exampleArchitectures, robustLimits]) {
        const name = `${architecture.name} ${JSON.stringify(architecture.settings)}`;
        const bundle = bundleOf(architecture);
        models.push({ name, bundle });
        await runtime.load(name, bundle);
      }
    });
    after(() => runtime.close());

    it('a window has the same bits whatever batch it stands in, and wherever', async () => {
      const windows = exampleWindows(shape, 300, 1);
      for (const { name } of models) {
        const all = await runtime.score(name, someOf(windows));
        for (const [from, to] of [0, 1, 2, 7, 64, 257].flatMap(
          (size) =>
            [
              [0, size],
              [300 - size, 300],
            ] as const,
        )) {
          const part = await runtime.score(name, someOf(windows, from, to));
          for (const field of ['featureErrors', 'strideErrors', 'rowErrors', 'latent', 'reconstruction'] as const) {
            const width = all[field].length / 300;
            assert.deepEqual(
              part[field],
              all[field].slice(from * width, to * width),
              `${name}: ${field} of ${from}-${to}`,
            );
          }
        }
      }
    });

    it('gives errors, code and newest stride in the shape of the model', async () => {
      for (const { name, bundle } of models) {
        const scored = await runtime.score(name, exampleWindows(shape, 3, 2));
        assert.equal(scored.featureErrors.length, 3 * shape.scoredFeatures);
        assert.equal(scored.strideErrors.length, 3 * Math.floor(shape.rows / strideRows) * shape.scoredFeatures);
        assert.equal(scored.rowErrors.length, 3 * shape.rows);
        assert.equal(scored.latent.length, 3 * ((bundle.manifest.architecture.settings['code'] as number) ?? 0));
        assert.equal(scored.reconstruction.length, 3 * strideRows * shape.scoredFeatures);
      }
    });

    it('keeps the last rows of each window as its newest stride', async () => {
      for (const { name, bundle } of models) {
        const whole = exampleBundle(shape, shape.rows, { ...bundle.manifest, onnx: bundle.onnx });
        await runtime.load(`whole ${name}`, whole);
        const all = await runtime.score(`whole ${name}`, exampleWindows(shape, 2, 3));
        const { reconstruction } = await runtime.score(name, exampleWindows(shape, 2, 3));
        const kept = strideRows * shape.scoredFeatures;
        const cells = shape.rows * shape.scoredFeatures;
        for (const window of [0, 1])
          assert.deepEqual(
            reconstruction.slice(window * kept, (window + 1) * kept),
            all.reconstruction.slice((window + 1) * cells - kept, (window + 1) * cells),
          );
      }
    });

    it('errors are the mean squared residual over the cells that count', async () => {
      for (const { name, bundle } of models) {
        const whole = exampleBundle(shape, shape.rows, { ...bundle.manifest, onnx: bundle.onnx });
        await runtime.load(`whole ${name}`, whole);
        const windows = exampleWindows(shape, 4, 4);
        const scored = await runtime.score(`whole ${name}`, someOf(windows));
        assertErrors(windows, scored);
      }
    });

    it('robust-limits reconstructs 0 and has no code', async () => {
      const { name } = models.at(-1)!;
      const scored = await runtime.score(name, exampleWindows(shape, 4, 5));
      assert.ok(scored.reconstruction.every((value) => value === 0));
      assert.equal(scored.latent.length, 0);
    });

    it('loading a model again changes nothing', async () => {
      const { name, bundle } = models[0]!;
      const first = await runtime.score(name, exampleWindows(shape, 2, 6));
      await Promise.all([runtime.load(name, bundle), runtime.load(name, bundle)]);
      assert.deepEqual(await runtime.score(name, exampleWindows(shape, 2, 6)), first);
    });

    it('keeps calls under several models apart', async () => {
      const alone: ScoredWindows[] = [];
      for (const [index, { name }] of models.entries())
        alone.push(await runtime.score(name, exampleWindows(shape, 5, index)));
      const together = await Promise.all(
        models.map(({ name }, index) => runtime.score(name, exampleWindows(shape, 5, index))),
      );
      assert.deepEqual(together, alone);
    });

    it('refuses a model that is not loaded, or no longer', async () => {
      const refusal = { code: 'CUPOLA_MODEL_NOT_LOADED' };
      await assert.rejects(runtime.score('nobody', exampleWindows(shape, 1, 7)), refusal);
      await runtime.load('passing', models[0]!.bundle);
      await runtime.unload('passing');
      await assert.rejects(runtime.score('passing', exampleWindows(shape, 1, 7)), refusal);
      await runtime.unload('passing');
    });

    it('answers what was asked before a model is unloaded', async () => {
      const { name, bundle } = models[0]!;
      const expected = await runtime.score(name, exampleWindows(shape, 300, 10));
      await runtime.load('passing', bundle);
      const last = runtime.score('passing', exampleWindows(shape, 300, 10));
      await runtime.unload('passing');
      assert.deepEqual(await last, expected);
    });

    it('refuses weights that are none, and goes on', async () => {
      const dense = models[0]!.bundle;
      await assert.rejects(runtime.load('bad', { ...dense, onnx: Uint8Array.of(1, 2, 3) }), {
        code: 'CUPOLA_RUNTIME_FAILED',
      });
      await assert.rejects(runtime.load('bad', { ...dense, onnx: null }), { code: 'CUPOLA_BUNDLE_CORRUPT' });
      await runtime.load('bad', dense);
      assert.equal(
        (await runtime.score('bad', exampleWindows(shape, 1, 8))).featureErrors.length,
        shape.scoredFeatures,
      );
    });

    it('is refused once closed, and can be closed again', async () => {
      const other = await open();
      await other.load('any', models[0]!.bundle);
      const last = other.score('any', exampleWindows(shape, 1, 9));
      await Promise.all([last, other.close()]);
      await assert.rejects(other.score('any', exampleWindows(shape, 1, 9)), { code: 'CUPOLA_RUNTIME_CLOSED' });
      await assert.rejects(other.load('any', models[0]!.bundle), { code: 'CUPOLA_RUNTIME_CLOSED' });
      await other.close();
    });
  });
}

function bundleOf(architecture: ArchitectureDescription): Bundle {
  if (architecture.name === robustLimits.name) return exampleBundle(shape, strideRows);
  const parsed = parseArchitecture(architecture.name, architecture.settings);
  return exampleBundle(shape, strideRows, { architecture: parsed, onnx: exampleOnnx(parsed, shape, 11) });
}

/** Compares with the definition, cell by cell; `scored` holds the reconstruction of all rows. */
function assertErrors(windows: FeatureWindows, scored: ScoredWindows): void {
  const { rows, features, scoredFeatures } = shape;
  for (let window = 0; window < windows.count; window++)
    for (let column = 0; column < scoredFeatures; column++) {
      const squares: number[] = [];
      for (let row = window * rows; row < (window + 1) * rows; row++)
        if (windows.weight[row * scoredFeatures + column] === 1)
          squares.push(
            (windows.features[row * features + column]! - scored.reconstruction[row * scoredFeatures + column]!) ** 2,
          );
      const mean = squares.reduce((sum, square) => sum + square, 0) / squares.length;
      assert.equal(scored.featureErrors[window * scoredFeatures + column], Math.fround(mean));
    }
}
