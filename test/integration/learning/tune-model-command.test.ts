import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { TuningReport } from '../../../services/host/tune/tune-model.ts';
import { outcomeOf, runCommand, startCommand } from '../../unit/cli/run-command.ts';

const data = fileURLToPath(new URL('../../fixtures/datasets', import.meta.url));

test('a search that is interrupted ends with 130, goes on where it was, and says how to train the best', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cupola-tune-'));
  const what = ['tune-model', '--dataset', 'msl', '--data', data, '--channel', 'T-9', '--architecture', 'pca'];
  const args = [...what, '--search', 'code', '--fits', '9'];
  try {
    const child = startCommand(folder, args);
    child.stderr!.once('data', () => child.kill('SIGINT'));
    const { exitCode, stdout, stderr } = await outcomeOf(child);
    assert.deepEqual([exitCode, stdout], [130, ''], stderr);
    assert.match(stderr, /^1 of 9: trial 0, [^]*called off/);

    const again = await runCommand(folder, ...args, '--json');
    assert.equal(again.exitCode, 0, again.stderr);
    assert.match(again.stderr, /^1 of 9: trial 0, .*\(kept\)\n/);
    const report = JSON.parse(again.stdout) as TuningReport & { readonly command: string };
    assert.equal(report.trials.length, 7);
    const { name, settings } = report.best!.architecture;
    assert.equal(
      report.command,
      `cupola train --dataset msl --data ${data} --channel T-9 --architecture ${name} --settings '${JSON.stringify(settings)}' --preset fast --seed 1`,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('options that cannot be are refused by name, before anything is read', async () => {
  for (const [args, code, field] of [
    [['--objective', 'labels'], 'CUPOLA_USAGE_INVALID', '--objective'],
    [['--search', 'units'], 'CUPOLA_USAGE_INVALID', 'search'],
    [['--fits', '0'], 'CUPOLA_USAGE_INVALID', '--fits'],
    [['--preset', 'none'], 'CUPOLA_USAGE_INVALID', 'preset'],
    [['--settings', '{"code": 0}'], 'CUPOLA_ARCHITECTURE_INVALID', 'code'],
  ] as const) {
    const all = ['tune-model', '--dataset', 'smap', '--data', 'nowhere', '--json', ...args];
    const { exitCode, stderr } = await runCommand(tmpdir(), ...all);
    const { error } = JSON.parse(stderr) as { error: { code: string; field: string } };
    assert.deepEqual([exitCode, error.code, error.field], [2, code, field]);
  }
});
