import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parseArchitecture } from '../../../pipelines/autoencoders/architecture-settings.ts';
import { FileBundleStore } from '../../../services/adapters/files/bundle-store.ts';
import { systemClock } from '../../../services/adapters/system-clock.ts';
import { useWasmBackend } from '../../../services/adapters/tfjs/wasm-backend.ts';
import type { MadeReport } from '../../../services/host/latent/made-report.ts';
import { exampleBundle, exampleOnnx } from '../../conformance/example-models.ts';
import { runCommand } from './run-command.ts';

const folder = await mkdtemp(join(tmpdir(), 'cupola-reconstruction-'));
after(() => rm(folder, { recursive: true }));

test('windows are generated from a stored model, as JSON, CSV and HTML', async () => {
  await useWasmBackend();
  const shape = { rows: 6, features: 3, scoredFeatures: 2 };
  const architecture = parseArchitecture('variational', { hidden: [8], code: 2 });
  const bundle = exampleBundle(shape, 2, { architecture, onnx: exampleOnnx(architecture, shape, 1) });
  const version = await new FileBundleStore(folder, systemClock).put(bundle);
  const args = ['models', 'generate', version, '--models', folder, '--windows', '3', '--json'];
  const files = ['--csv', 'new.csv', '--html', 'new.html'];
  const { exitCode, stdout, stderr } = await runCommand(folder, ...args, ...files);
  assert.equal(exitCode, 0, stderr);
  const report = JSON.parse(stdout) as MadeReport;
  assert.deepEqual([report.modelVersion, report.windows.length, report.windows[0]!.length], [version, 3, 6]);
  assert.equal(report.channels.length, 2);
  const csv = (await readFile(join(folder, 'new.csv'), 'utf8')).trimEnd().split('\n');
  assert.equal(csv.length, 1 + 3 * 6);
  const [, , , first] = csv[1]!.split(',').map(Number);
  assert.equal(first, report.windows[0]![0]![0]);
  const html = await readFile(join(folder, 'new.html'), 'utf8');
  assert.equal(html.match(/<polyline class="made"/g)!.length, 2 * 3);
  assert.ok(!html.includes('<script'));
});

test('what cannot be is refused with its bound, and an exit code of its own', async () => {
  const refused = async (exitCode: number, code: string, ...args: readonly string[]): Promise<void> => {
    const outcome = await runCommand(folder, ...args, '--json');
    const { error } = JSON.parse(outcome.stderr) as { error: { code: string; bound: string } };
    assert.deepEqual([outcome.exitCode, error.code], [exitCode, code], args.join(' '));
    assert.ok(error.bound.length > 0);
  };
  await Promise.all([
    refused(1, 'CUPOLA_MODEL_UNKNOWN', 'models', 'generate', 'none', '--models', folder),
    refused(2, 'CUPOLA_USAGE_INVALID', 'denoise', 'none'),
    refused(2, 'CUPOLA_USAGE_INVALID', 'denoise', '--simulate', '1'),
    refused(2, 'CUPOLA_USAGE_INVALID', 'impute', '--simulate', '1', '--stream', 'water', '--hide', '2'),
    refused(2, 'CUPOLA_USAGE_INVALID', 'train', 'water', '--start-from', 'none'),
  ]);
});
