import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { CupolaError } from '../../../pipelines/errors.ts';
import { presetFor } from '../../../pipelines/evaluation/presets.ts';
import { FileBundleStore } from '../../../services/adapters/files/bundle-store.ts';
import { systemClock } from '../../../services/adapters/system-clock.ts';
import { trainOnDataset } from '../../../services/host/evaluate/train-on-dataset.ts';

const dataDir = fileURLToPath(new URL('../../fixtures/datasets', import.meta.url));

test('any architecture is trained on the training part of a data set alone, and its bundle can be read back', async () => {
  const modelsDir = await mkdtemp(join(tmpdir(), 'cupola-train-'));
  const { name: _, ...fast } = presetFor('fast', 'msl');
  const settings = { ...fast, architecture: { name: 'pca', settings: {} } };
  const request = { dataset: 'msl', dataDir, settings, seed: 1, modelsDir };
  try {
    const [trained, ...others] = await trainOnDataset(request, () => {}, new AbortController().signal);
    assert.equal(others.length, 0);
    const { manifest, onnx } = await new FileBundleStore(modelsDir, systemClock).get(trained!.modelVersion);
    assert.deepEqual([trained!.channel, manifest.architecture.name, trained!.holdoutWindows], ['T-9', 'pca', 98]);
    assert.ok(onnx !== null && trained!.bytes > onnx.byteLength && trained!.holdoutMedianError > 0);
    assert.equal(
      manifest.holdout.toMs - manifest.training.fromMs,
      439 * 60_000,
      'all 439 training rows, and no others',
    );

    const unknown = { ...settings, architecture: { name: 'none', settings: {} } };
    await assert.rejects(
      trainOnDataset({ ...request, settings: unknown }, () => {}, new AbortController().signal),
      (error: CupolaError) => error.code === 'CUPOLA_ARCHITECTURE_INVALID',
    );
  } finally {
    await rm(modelsDir, { recursive: true });
  }
});
