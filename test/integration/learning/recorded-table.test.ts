import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Bundle } from '../../../pipelines/autoencoders/bundle.ts';
import { presetFor } from '../../../pipelines/evaluation/presets.ts';
import type { ExportKind, ExportTable } from '../../../services/console/export/export-table.ts';
import { trainOnDataset } from '../../../services/host/evaluate/train-on-dataset.ts';
import { recordedTable } from '../../../services/host/export/recorded-table.ts';
import { storedModel } from '../../../services/host/stored-model.ts';
import { openDataset } from '../../../services/sources/open-dataset.ts';

const dataDir = fileURLToPath(new URL('../../fixtures/datasets', import.meta.url));
const telemetry = { dataset: 'msl', dataDir, member: 'T-9' };
const { signal } = new AbortController();

function column({ columns }: ExportTable, name: string): readonly unknown[] {
  return columns.find((one) => one.name === name)!.values;
}

describe('what a model makes of a recording, as a table', () => {
  let modelsDir: string;
  let bundle: Bundle;

  before(async () => {
    modelsDir = await mkdtemp(join(tmpdir(), 'cupola-export-'));
    const { name: _, ...fast } = presetFor('fast', 'msl');
    const threshold = { policy: 'quantile', parameters: { q: 1, margin: 1 } };
    const settings = { ...fast, threshold, architecture: { name: 'pca', settings: { code: 4 } } };
    const [trained] = await trainOnDataset({ dataset: 'msl', dataDir, settings, seed: 1, modelsDir }, () => {}, signal);
    bundle = await storedModel(trained!.modelVersion, { models: modelsDir });
  });
  after(() => rm(modelsDir, { recursive: true }));

  const exported = (kind: ExportKind): Promise<ExportTable> => recordedTable(kind, bundle, telemetry, () => {}, signal);

  it('windows are the recording, window by window', async () => {
    const table = await exported('windows');
    const { rows } = bundle.manifest.shape;
    const [member] = await openDataset(telemetry);
    const { timeMs, values, definition } = member!.recording;
    const width = definition.channels.length;
    const [times, starts, telemetryColumn] = ['time', 'windowStart', definition.channels[0]!.id].map((name) =>
      column(table, name),
    );
    assert.equal(table.rows % rows, 0);
    for (let at = 0; at < table.rows; at += 37) {
      assert.equal(times![at], (starts![at] as number) + (at % rows) * definition.intervalMs);
      assert.equal(telemetryColumn![at], values[timeMs.indexOf(times![at] as number) * width]);
    }
  });

  it('scores are held against the threshold that stands beside them, and codes are of the same windows', async () => {
    const scores = await exported('scores');
    const codes = await exported('codes');
    const [judged, threshold, violates] = ['judgedScore', 'threshold', 'violates'].map((name) => column(scores, name));
    const { holdoutMedianError } = bundle.manifest;
    column(scores, 'anomalyScore').forEach((score, at) => {
      assert.equal(violates![at], (judged![at] as number) > (threshold![at] as number));
      assert.equal(score, (column(scores, 'reconstructionError')[at] as number) / holdoutMedianError);
    });
    assert.ok(scores.rows > 100);
    assert.deepEqual(column(codes, 'windowEnd'), column(scores, 'windowEnd'));
    const names = codes.columns.map(({ name }) => name).filter((name) => name.startsWith('code.'));
    assert.deepEqual(names, ['code.0', 'code.1', 'code.2', 'code.3']);
  });

  it('codes of a model without one are refused', async () => {
    const limits = {
      ...bundle,
      onnx: null,
      manifest: { ...bundle.manifest, architecture: { name: 'robust-limits', settings: {} } },
    };
    await assert.rejects(
      recordedTable('codes', limits, telemetry, () => {}, signal),
      { code: 'CUPOLA_MODEL_UNSUITED' },
    );
  });
});
