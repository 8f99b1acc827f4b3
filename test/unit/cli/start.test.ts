import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { outcomeOf, runCommand, startCommand } from './run-command.ts';

const folder = mkdtempSync(join(tmpdir(), 'cupola-start-'));
after(() => rmSync(folder, { recursive: true }));

const config = 'sources: [{ type: simulate, historyOrbits: 0.1, faults: false }]\ntraining: { enabled: false }\n';
writeFileSync(join(folder, 'cupola.yaml'), config);

test('one data folder serves one process, and an interrupt ends that one in good order', async () => {
  const first = startCommand(folder, ['start', '--headless', '--log-level', 'info']);
  const ended = outcomeOf(first);
  await once(first.stderr!, 'data');
  const second = await runCommand(folder, 'start', '--headless', '--json');
  assert.equal(second.exitCode, 1, second.stderr);
  assert.match(second.stderr, new RegExp(`CUPOLA_LOG_IN_USE.*process ${first.pid}`));
  first.kill('SIGINT');
  const { exitCode, stderr } = await ended;
  assert.equal(exitCode, 0, stderr);
  assert.match(stderr, /"msg":"stopped"\}\n$/);
});

test('a run of some duration ends by itself, and its summary is the last line of standard output', async () => {
  const outcome = await runCommand(
    folder,
    'start',
    '--headless',
    '--duration',
    '2',
    '--speed',
    '600',
    '--seed',
    '7',
    '--json',
  );
  assert.equal(outcome.exitCode, 0, outcome.stderr);
  const summary = JSON.parse(outcome.stdout.trimEnd().split('\n').at(-1)!) as Record<string, number>;
  assert.ok(summary['samples']! > 5000 && summary['streams']! >= 8, outcome.stdout);
});
