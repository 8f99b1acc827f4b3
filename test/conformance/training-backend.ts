import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { parseArchitecture } from '../../pipelines/autoencoders/architecture-settings.ts';
import type {
  FeatureWindows,
  ScoringRuntime,
  TrainingBackend,
  TrainingProgress,
  TrainingRequest,
} from '../../pipelines/ports.ts';
import { exampleBundle } from './example-models.ts';
import { waves, wavesShape as shape } from './toy-waves.ts';

const architectures = [
  parseArchitecture('dense', { hidden: [16], code: 4 }),
  parseArchitecture('lstm', { units: 10, code: 4 }),
];

/** The laws that every TrainingBackend keeps. `runtime` scores what it trained. */
export function trainingBackendConformance(
  adapter: string,
  open: () => Promise<TrainingBackend>,
  openRuntime: () => Promise<ScoringRuntime>,
): void {
  describe(`TrainingBackend: ${adapter}`, () => {
    let backend: TrainingBackend;
    let runtime: ScoringRuntime;
    before(async () => ([backend, runtime] = await Promise.all([open(), openRuntime()])));
    after(() => Promise.all([backend.close(), runtime.close()]));

    for (const architecture of architectures) {
      const { name } = architecture;

      it(`${name}: the loss falls, and what it learnt is reconstructed better than what it never saw`, async () => {
        const { onnx, epochs, bestEpoch } = await backend.fit({ ...request(), architecture }, () => {});
        const losses = epochs.map(({ holdoutLoss }) => holdoutLoss);
        assert.ok(losses[bestEpoch - 1]! < 0.5 * losses[0]!, losses.join(' '));
        assert.equal(Math.min(...losses), losses[bestEpoch - 1]);
        await runtime.load(name, exampleBundle(shape, 4, { architecture, onnx }));
        const normal = await meanErrors(runtime, name, waves(40, 900, 'together'));
        const apart = await meanErrors(runtime, name, waves(40, 900, 'apart'));
        for (const error of normal) assert.ok(error < 0.5, `normal ${normal.join(' ')}`);
        assert.ok(sum(apart) > 3 * sum(normal), `normal ${normal.join(' ')}, abnormal ${apart.join(' ')}`);
        await runtime.unload(name);
      });

      it(`${name}: the weights are those of the best epoch: they have its holdout loss`, async () => {
        const { onnx, epochs, bestEpoch } = await backend.fit(
          { ...request(), architecture, learningRate: 0.05 },
          () => {},
        );
        await runtime.load(name, exampleBundle(shape, 4, { architecture, onnx }));
        const loss = sum(await meanErrors(runtime, name, request().holdout)) / shape.scoredFeatures;
        const best = epochs[bestEpoch - 1]!.holdoutLoss;
        assert.ok(Math.abs(loss - best) < 1e-4 * best, `${loss} for ${best}`);
        await runtime.unload(name);
      });

      it(`${name}: a fit is the same for the same seed, and another for another`, async () => {
        const few = { ...request(), architecture, maxEpochs: 2 };
        const [first, second, other] = [
          await backend.fit({ ...few, ...windows() }, () => {}),
          await backend.fit({ ...few, ...windows() }, () => {}),
          await backend.fit({ ...few, ...windows(), seed: 8 }, () => {}),
        ];
        assert.deepEqual(first, second);
        assert.notDeepEqual(first.onnx, other.onnx);
      });
    }

    it('reports every epoch in order', async () => {
      const seen: TrainingProgress[] = [];
      const { epochs } = await backend.fit({ ...request(), maxEpochs: 3 }, (progress) => seen.push(progress));
      assert.deepEqual(
        seen,
        epochs.map((losses, index) => Object.assign({ epoch: index + 1, maxEpochs: 3 }, losses)),
      );
    });

    it('stops after `patience` epochs without a better one', async () => {
      const { epochs, bestEpoch } = await backend.fit(
        { ...request(), learningRate: 1e-9, patience: 2, maxEpochs: 50 },
        () => {},
      );
      assert.ok(epochs.length <= bestEpoch + 2 && epochs.length < 50, `${epochs.length} epochs, best ${bestEpoch}`);
    });

    it('cells that do not count teach nothing', async () => {
      const few = { ...request(), maxEpochs: 2, learningRate: 0.01 };
      const hidden = windows();
      hidden.training.weight.fill(0);
      const { epochs } = await backend.fit({ ...few, ...hidden }, () => {});
      assert.deepEqual(
        epochs.map(({ trainingLoss }) => trainingLoss),
        [0, 0],
      );
      assert.equal(epochs[0]!.holdoutLoss, epochs[1]!.holdoutLoss);
    });

    it('ends in time and keeps the best so far', async () => {
      const { epochs, onnx } = await backend.fit(
        { ...request(), maxEpochs: 100_000, patience: 100_000, maxSeconds: 0.2 },
        () => {},
      );
      assert.ok(epochs.length >= 1 && epochs.length < 100_000);
      assert.ok(onnx.length > 0);
    });

    it('can be called off, and fits again after that', async () => {
      const calledOff = new AbortController();
      const fit = backend.fit(
        { ...request(), maxEpochs: 100_000, patience: 100_000 },
        () => calledOff.abort(),
        calledOff.signal,
      );
      await assert.rejects(fit, { code: 'CUPOLA_TRAINING_ABORTED' });
      await assert.rejects(
        backend.fit(request(), () => {}, AbortSignal.abort()),
        { code: 'CUPOLA_TRAINING_ABORTED' },
      );
      assert.equal((await backend.fit({ ...request(), maxEpochs: 1 }, () => {})).epochs.length, 1);
    });

    it('says so when the loss is not a number', async () => {
      const wild = windows();
      wild.training.features.fill(Number.NaN);
      await assert.rejects(
        backend.fit({ ...request(), ...wild }, () => {}),
        { code: 'CUPOLA_TRAINING_DIVERGED' },
      );
    });

    it('refuses a setting by name, value and bound', async () => {
      const architecture = { name: 'dense', settings: { code: 24 } };
      await assert.rejects(
        backend.fit({ ...request(), architecture }, () => {}),
        {
          code: 'CUPOLA_ARCHITECTURE_INVALID',
          message: /code is 24.*less than.*24/,
        },
      );
    });

    it('calls a fit off when closed, and is refused from then on', async () => {
      const other = await open();
      const fit = other.fit({ ...request(), maxEpochs: 100_000, patience: 100_000 }, () => void other.close());
      await assert.rejects(fit, { code: 'CUPOLA_TRAINING_ABORTED' });
      await assert.rejects(
        other.fit(request(), () => {}),
        { code: 'CUPOLA_RUNTIME_CLOSED' },
      );
      await other.close();
    });
  });
}

function windows(): Pick<TrainingRequest, 'training' | 'holdout'> {
  return { training: waves(128, 0, 'together'), holdout: waves(40, 500, 'together') };
}

function request(): TrainingRequest {
  const how = { seed: 7, batchSize: 32, learningRate: 0.02, maxEpochs: 20, patience: 20 };
  return { architecture: architectures[0]!, shape, ...windows(), ...how };
}

/** Mean error of each scored feature over the windows. */
async function meanErrors(runtime: ScoringRuntime, version: string, of: FeatureWindows): Promise<number[]> {
  const { count } = of;
  const { featureErrors } = await runtime.score(version, of);
  return Array.from({ length: shape.scoredFeatures }, (_, column) =>
    featureErrors.reduce((total, error, at) => total + (at % shape.scoredFeatures === column ? error / count : 0), 0),
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
