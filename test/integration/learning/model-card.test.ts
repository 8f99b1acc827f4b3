import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Bundle } from '../../../pipelines/autoencoders/bundle.ts';
import { presetFor } from '../../../pipelines/evaluation/presets.ts';
import type { ModelCard } from '../../../pipelines/training/model-card/model-card.ts';
import { trainOnDataset } from '../../../services/host/evaluate/train-on-dataset.ts';
import { modelCardHtml, recordedCard } from '../../../services/host/models/recorded-card.ts';
import { storedModel } from '../../../services/host/stored-model.ts';
import { openDataset } from '../../../services/sources/open-dataset.ts';

const dataDir = fileURLToPath(new URL('../../fixtures/datasets', import.meta.url));
const { signal } = new AbortController();

describe("a model's card", () => {
  let modelsDir: string;
  let bundle: Bundle;
  let card: ModelCard;

  before(async () => {
    modelsDir = await mkdtemp(join(tmpdir(), 'cupola-card-'));
    const { name: _, ...fast } = presetFor('fast', 'msl');
    const settings = { ...fast, hidesContext: false, architecture: { name: 'pca', settings: { code: 4 } } };
    const [trained] = await trainOnDataset({ dataset: 'msl', dataDir, settings, seed: 1, modelsDir }, () => {}, signal);
    bundle = await storedModel(trained!.modelVersion, { models: modelsDir });
    card = await recordedCard(bundle, { dataset: 'msl', dataDir, member: 'T-9' }, signal);
  });
  after(() => rm(modelsDir, { recursive: true }));

  it('tells the errors of the holdout by channel, and what training saw of each', () => {
    const [telemetry, command] = card.channels;
    assert.deepEqual([telemetry!.role, command!.role, command!.holdout], ['scored', 'context', null]);
    const { median, q90, q99, max } = telemetry!.holdout!;
    assert.ok(0 < median && median <= q90 && q90 <= q99 && q99 <= max);
    assert.ok(telemetry!.seen!.min <= telemetry!.seen!.mean && telemetry!.seen!.mean <= telemetry!.seen!.max);
    assert.ok(Math.abs(median * telemetry!.weight! - card.holdout.medianError) < 1e-9, 'of one scored channel');
  });

  it('shows each latent unit on the windows of the recording that move it most, as they were recorded', async () => {
    const { shown, units } = card.latent!;
    assert.deepEqual([units, shown.length], [4, 4]);
    const { shape, definition } = bundle.manifest;
    const [member] = await openDataset({ dataset: 'msl', dataDir, member: 'T-9' });
    const { timeMs, values } = member!.recording;
    const channels = definition.channels.map(({ id }) => id);
    for (const { weights, activity, activating } of shown) {
      assert.equal(weights!.length, shape.rows * shape.features);
      assert.equal(activating.length, 3);
      for (const window of activating) {
        assert.ok(activity!.least <= window.activation && window.activation <= activity!.greatest);
        const first = timeMs.indexOf(window.startMs);
        for (const { channelId, values: shown } of window.channels) {
          const recorded = shown.map(
            (_, row) => values[(first + row) * channels.length + channels.indexOf(channelId)]!,
          );
          assert.deepEqual(
            shown,
            recorded.map((value) => Number(value.toPrecision(4))),
          );
        }
      }
    }
  });

  it('says of other thresholds what they come to, the fewer false alarms the higher', () => {
    const perDay = card.threshold.calibration.map(({ expectedPerDay }) => expectedPerDay);
    assert.deepEqual(
      perDay,
      perDay.toSorted((a, b) => b - a),
    );
    assert.ok(perDay[0]! > 100 && perDay.at(-1)! < 1, perDay.join(' '));
  });

  it('is one page with nothing to fetch and nothing that runs', () => {
    const html = modelCardHtml(card);
    assert.doesNotMatch(html, /<script|<link|@import|url\(|(?:src|href)="(?!data:)/);
    for (const heading of ['Architecture', 'Settings', 'Threshold and false alarms', 'Channels', 'Latent units'])
      assert.match(html, new RegExp(`<h2>${heading}</h2>`));
    assert.equal(html.match(/<img class="weights"/g)!.length, 4);
    assert.equal(html.match(/<figure>/g)!.length, 12);
  });

  it('can be had without telemetry, and of a bundle of before', async () => {
    const { holdoutChannels: _, holdoutCodes: __, ...manifest } = bundle.manifest;
    const old = await recordedCard({ ...bundle, manifest }, null, signal);
    assert.deepEqual(
      old.channels.map(({ holdout }) => holdout),
      old.channels.map(() => null),
    );
    assert.deepEqual([old.latent!.windows, old.latent!.shown[0]!.activating], [0, []]);
    assert.match(modelCardHtml(old), /bundle is of before errors were kept by channel/);
  });
});
