import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { EvaluationReport } from '../../../services/host/evaluate/evaluation-report.ts';
import { outcomeOf, runCommand, startCommand } from '../../unit/cli/run-command.ts';

const data = fileURLToPath(new URL('../../fixtures/datasets', import.meta.url));

test('an evaluation that is interrupted ends with 130 and keeps what is done, outside of the data, for the next run', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cupola-evaluate-'));
  const args = ['evaluate', '--dataset', 'nasa-smap-msl', '--data', data, '--jobs', '1'];
  try {
    const child = startCommand(folder, args);
    child.stderr!.once('data', () => child.kill('SIGINT'));
    const { exitCode, stdout, stderr } = await outcomeOf(child);
    assert.deepEqual([exitCode, stdout], [130, ''], stderr);
    assert.match(stderr, /^1 of 2: A-8, .*\n.*called off/);

    const again = await runCommand(
      folder,
      ...args,
      '--channel',
      'A-8',
      '--json',
      'report.json',
      '--html',
      'report.html',
    );
    assert.equal(again.exitCode, 0, again.stderr);
    assert.match(again.stderr, /^1 of 1: A-8, .*\(kept\)\n$/);
    assert.match(again.stdout, /last-10-percent/);
    const report = JSON.parse(await readFile(join(folder, 'report.json'), 'utf8')) as EvaluationReport;
    assert.deepEqual(report.channels[0]!.labelled, [[4569, 8374]]);
    assert.match(await readFile(join(folder, 'report.html'), 'utf8'), /<svg /);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('options that do not go together are refused by name, before anything is read', async () => {
  for (const [args, field] of [
    [['--preset', 'none'], 'preset'],
    [['--settings', '{}'], '--settings'],
    [['--architecture', 'pca', 'dense'], '--architecture'],
    [['--threshold', '[1]'], '--threshold'],
    [['--jobs', '0'], '--jobs'],
  ] as const) {
    const all = ['evaluate', '--dataset', 'smap', '--data', 'nowhere', '--json', ...args];
    const { exitCode, stderr } = await runCommand(tmpdir(), ...all);
    const { error } = JSON.parse(stderr) as { error: { code: string; field: string } };
    assert.deepEqual([exitCode, error.code, error.field], [2, 'CUPOLA_USAGE_INVALID', field]);
  }
});
