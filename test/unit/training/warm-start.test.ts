import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { parseArchitecture } from '../../../pipelines/autoencoders/architecture-settings.ts';
import type { Bundle } from '../../../pipelines/autoencoders/bundle.ts';
import type { CupolaError } from '../../../pipelines/errors.ts';
import type { SampleBatch } from '../../../pipelines/telemetry/sample-batch.ts';
import type { StreamDefinition } from '../../../pipelines/telemetry/stream-definition.ts';
import type { FitOptions } from '../../../pipelines/training/fit-bundle.ts';
import { FileBundleStore } from '../../../services/adapters/files/bundle-store.ts';
import { systemClock } from '../../../services/adapters/system-clock.ts';
import { closeFitPorts, openFitPorts } from '../../../services/host/fit-ports.ts';
import { fitOnTelemetry } from '../../../services/host/fit-on-telemetry.ts';
import { modelTelemetry, simulatedDefinition } from '../../../services/host/model-telemetry.ts';
import { startingFrom } from '../../../services/trainer/start-from.ts';

const { signal } = new AbortController();
const chosen = { name: 'dense', settings: { hidden: [32], code: 6 } };
const ports = await openFitPorts();
after(() => closeFitPorts(ports));

function definitionOf(stream: string): StreamDefinition {
  return { ...simulatedDefinition(stream), windowLengthMs: 80_000 };
}

function holdoutLosses({ manifest }: Bundle): number[] {
  return manifest.fit.epochs.map(({ holdoutLoss }) => holdoutLoss);
}

describe('a warm start', () => {
  const [known, fresh] = [definitionOf('cmg-1-2'), definitionOf('cmg-3-4')];
  let samples: SampleBatch;
  let trained: Bundle;

  before(async () => {
    const seen = await modelTelemetry(known, { seed: 1, orbits: 3 }, signal);
    trained = await fitOnTelemetry(known, seen, chosen, ports, { maxEpochs: 10 });
    samples = await modelTelemetry(fresh, { seed: 1, orbits: 2 }, signal);
  });

  it('comes to what a cold one does in ten epochs within five, and is far ahead after one', async () => {
    const how = { maxEpochs: 10, patience: 10 };
    const cold = holdoutLosses(await fitOnTelemetry(fresh, samples, chosen, ports, how));
    const warm = holdoutLosses(await fitOnTelemetry(fresh, samples, chosen, ports, { ...how, startFrom: trained }));
    const best = Math.min(...cold);
    const reachedAt = warm.findIndex((loss) => loss <= best) + 1;
    assert.ok(reachedAt >= 1 && reachedAt <= 5, `epoch ${reachedAt}: ${warm.join(' ')}; cold ${cold.join(' ')}`);
    assert.ok(warm[0]! < 0.6 * cold[0]!, `${warm[0]} after an epoch, cold ${cold[0]}`);
  });

  it('is refused from a model of another shape or architecture, and both are named', async () => {
    const other = definitionOf('atmosphere');
    const windows = await modelTelemetry(other, { seed: 1, orbits: 1 }, signal);
    await assert.rejects(
      fitFrom(trained, other, windows, 'dense'),
      refused(/14 features \(10 scored\).*24 features \(8 scored\)/),
    );
    await assert.rejects(fitFrom(trained, fresh, samples, 'lstm'), refused(/dense over.*lstm over/));
    await assert.rejects(fitFrom(trained, fresh, samples, 'dense'), refused(/224 x 32.*224 x 24/));
  });

  it('is from the newest model with the same settings and shape, where the trainer looks for one', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cupola-warm-start-'));
    const bundles = new FileBundleStore(folder, systemClock);
    const startOf = async (settings: object, definition: StreamDefinition): Promise<string | undefined> =>
      (await startingFrom(bundles, optionsOf(settings), definition)).startFrom?.manifest.definition.stream;
    try {
      assert.equal(await startOf(chosen.settings, fresh), undefined, 'of an empty store there is none');
      await bundles.put(trained);
      assert.equal(await startOf(chosen.settings, fresh), 'cmg-1-2');
      assert.equal(await startOf({ ...chosen.settings, code: 5 }, fresh), undefined);
      assert.equal(await startOf(chosen.settings, definitionOf('atmosphere')), undefined);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

function fitFrom(startFrom: Bundle, definition: StreamDefinition, batch: SampleBatch, name: string): Promise<Bundle> {
  return fitOnTelemetry(definition, batch, { name, settings: {} }, ports, { maxEpochs: 1, startFrom });
}

function optionsOf(settings: object): FitOptions {
  return {
    architecture: parseArchitecture('dense', settings),
    threshold: { policy: 'mean-sigma', parameters: {} },
    seed: 1,
    batchSize: 64,
    learningRate: 0.001,
    maxEpochs: 1,
    patience: 1,
  };
}

function refused(both: RegExp): (error: CupolaError) => boolean {
  return ({ code, message }) => {
    assert.equal(code, 'CUPOLA_MODEL_UNSUITED');
    assert.match(message, both);
    return true;
  };
}
