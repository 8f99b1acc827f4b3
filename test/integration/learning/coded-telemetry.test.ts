import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { LatentCodes } from '../../../pipelines/alarms/latent-codes.ts';
import type { Bundle } from '../../../pipelines/autoencoders/bundle.ts';
import { presetFor } from '../../../pipelines/evaluation/presets.ts';
import { allocateFeatureWindows, createWindowEncoder } from '../../../pipelines/features/encode-window.ts';
import { featureLayout } from '../../../pipelines/features/feature-layout.ts';
import { FileBundleStore } from '../../../services/adapters/files/bundle-store.ts';
import { systemClock } from '../../../services/adapters/system-clock.ts';
import { trainOnDataset } from '../../../services/host/evaluate/train-on-dataset.ts';
import { codedTelemetry } from '../../../services/host/latent/coded-telemetry.ts';
import { codesCsv } from '../../../services/host/latent/codes-csv.ts';
import { codesHtml } from '../../../services/host/latent/codes-html.ts';
import { LatentModel } from '../../../services/host/latent/latent-model.ts';
import { modelWindows } from '../../../services/host/model-telemetry.ts';

const dataDir = fileURLToPath(new URL('../../fixtures/datasets', import.meta.url));
const choice = { dataset: 'msl', dataDir, member: 'T-9' };
const { signal } = new AbortController();
const modelsDir = await mkdtemp(join(tmpdir(), 'cupola-codes-'));
after(() => rm(modelsDir, { recursive: true }));

let bundle: Bundle;
let codes: LatentCodes;

before(async () => {
  const { name: _, ...fast } = presetFor('fast', 'msl');
  const architecture = { name: 'dense', settings: { hidden: [], code: 4, seesContext: false } };
  const threshold = { policy: 'mean-sigma', parameters: { k: 3 } };
  const settings = { ...fast, architecture, threshold, training: { ...fast.training, maxEpochs: 1 } };
  const [trained] = await trainOnDataset({ ...choice, settings, seed: 1, modelsDir }, () => {}, signal);
  bundle = await new FileBundleStore(modelsDir, systemClock).get(trained!.modelVersion);
  codes = await codedTelemetry(bundle, choice, () => {}, signal);
});

describe('codes of recorded telemetry', () => {
  it('are those that the encoder by itself gives each window', async () => {
    const windows = await modelWindows(bundle.manifest.definition, choice, signal);
    const layout = featureLayout(bundle.manifest.definition);
    const encode = createWindowEncoder(layout, bundle.manifest.scaler);
    const model = await LatentModel.open(bundle);
    const byStart = new Map(codes.windows.map((window) => [window.windowStartMs, window]));
    assert.ok(codes.windows.length > 150 && codes.units === 4);
    for (const window of [windows[0]!, windows[50]!]) {
      const features = allocateFeatureWindows(layout, 1);
      encode(window, features, 0);
      const own = (await model.codesOf(features)).codes;
      const { code } = byStart.get(window.startMs)!;
      for (const [unit, value] of code.entries())
        assert.ok(Math.abs(value - own[unit]!) <= 1e-4 * (1 + Math.abs(value)));
    }
    await model.close();
  });

  it('carry the labels of the data set as verdicts, and the anomalies that the threshold of the model finds', () => {
    const judged = codes.windows.filter(({ judgement }) => judgement === 'anomaly');
    const found = codes.windows.filter(({ anomalyId }) => anomalyId !== null);
    assert.ok(judged.length > 0 && judged.length < codes.windows.length / 2, `${judged.length}`);
    assert.ok(found.length > 0 && found.length < codes.windows.length / 2, `${found.length}`);
  });

  it('are the same each time', async () => {
    assert.deepEqual(await codedTelemetry(bundle, choice, () => {}, signal), codes);
  });

  it('stand in CSV, a row a window and a column a unit, and in a picture, a mark a window', () => {
    const [heading, ...rows] = codesCsv(codes).trimEnd().split('\n');
    assert.equal(heading, 'windowStart,windowEnd,anomalyScore,anomalyId,judgement,x,y,code0,code1,code2,code3');
    assert.equal(rows.length, codes.windows.length);
    assert.equal(rows[7]!.split(',').at(-1), `${codes.windows[7]!.code[3]}`);
    const html = codesHtml(codes);
    assert.equal(html.split('<title>window').length - 1, codes.windows.length);
    assert.equal(html.split('class="anomalous"').length - 1, codes.windows.filter(({ anomalyId }) => anomalyId).length);
  });

  it('are not to be had of telemetry that was not read to its end', async () => {
    await assert.rejects(
      codedTelemetry(bundle, choice, () => {}, AbortSignal.abort()),
      {
        code: 'CUPOLA_TRAINING_ABORTED',
      },
    );
  });
});
