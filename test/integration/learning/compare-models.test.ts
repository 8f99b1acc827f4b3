import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Bundle } from '../../../pipelines/autoencoders/bundle.ts';
import { presetFor } from '../../../pipelines/evaluation/presets.ts';
import { trainOnDataset } from '../../../services/host/evaluate/train-on-dataset.ts';
import { agreementOf } from '../../../services/host/models/agreement.ts';
import { compareModels } from '../../../services/host/models/compare-models.ts';
import { storedModel } from '../../../services/host/stored-model.ts';

const dataDir = fileURLToPath(new URL('../../fixtures/datasets', import.meta.url));
const telemetry = { dataset: 'msl', dataDir, member: 'T-9' };
const { signal } = new AbortController();

describe('models side by side', () => {
  let modelsDir: string;
  let pca: Bundle;
  let lastValue: Bundle;

  async function trained(name: string, settings: Record<string, number>): Promise<Bundle> {
    const { name: _, ...fast } = presetFor('fast', 'msl');
    const request = {
      dataset: 'msl',
      dataDir,
      settings: { ...fast, architecture: { name, settings } },
      seed: 1,
      modelsDir,
    };
    const [model] = await trainOnDataset(request, () => {}, signal);
    return storedModel(model!.modelVersion, { models: modelsDir });
  }

  before(async () => {
    modelsDir = await mkdtemp(join(tmpdir(), 'cupola-compare-'));
    pca = await trained('pca', { code: 4 });
    lastValue = await trained('last-value', {});
  });
  after(() => rm(modelsDir, { recursive: true }));

  it('a model agrees with itself, on windows after all that it was fitted on', async () => {
    const { agreement, comparedFromMs, models, differing } = await compareModels(
      [pca, pca],
      telemetry,
      () => {},
      signal,
    );
    assert.equal(comparedFromMs, pca.manifest.holdout.toMs);
    const [{ windows, both, onlyA, onlyB, neither }] = agreement as [(typeof agreement)[0]];
    assert.deepEqual([onlyA, onlyB, both + neither], [0, 0, 1]);
    assert.ok(windows > 100 && windows < models[0]!.watched!.windows, `${windows}`);
    assert.deepEqual(differing, {});
    assert.ok(models[0]!.watched!.microsecondsPerWindow > 0);
  });

  it('settings that differ are named, and errors of the holdout stand beside each other by channel', async () => {
    const { differing, models, agreement } = await compareModels([pca, lastValue], null, () => {}, signal);
    assert.deepEqual(differing, { code: [4, null] });
    assert.deepEqual(agreement, []);
    const [ofPca, ofLastValue] = models.map(({ channels }) => channels[0]!.holdout!.median);
    assert.ok(ofPca! > 0 && ofLastValue! > 0 && ofPca !== ofLastValue);
  });

  it('telemetry of other channels is refused', async () => {
    const other = compareModels([pca], { dataset: 'smap', dataDir, member: 'A-8' }, () => {}, signal);
    await assert.rejects(other, { code: 'CUPOLA_MODEL_UNSUITED' });
  });
});

it('windows that only one model judged do not count, and shares add up to 1', () => {
  const [yes, no] = [true, false];
  const a = {
    version: 'a',
    violates: new Map([
      [1, yes],
      [2, yes],
      [3, no],
      [4, yes],
      [5, no],
    ]),
  };
  const b = {
    version: 'b',
    violates: new Map([
      [2, yes],
      [3, yes],
      [4, no],
      [5, no],
      [6, yes],
    ]),
  };
  assert.deepEqual(agreementOf([a, b], 1), [
    { a: 'a', b: 'b', windows: 4, both: 0.25, onlyA: 0.25, onlyB: 0.25, neither: 0.25 },
  ]);
  assert.equal(agreementOf([a, b], 2)[0]!.windows, 3);
});
