import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { AnomalySummary, ModelCodes, ModelList, SimilarIncidents } from '../../../services/console/api.ts';
import { consoleUnderTest } from '../console/console-under-test.ts';
import { runCommand, type Outcome } from './run-command.ts';

const folder = await mkdtemp(join(tmpdir(), 'cupola-latent-'));
after(() => rm(folder, { recursive: true }));
const running = await consoleUnderTest({ after }, { hours: 14 });

/** What a command printed as JSON, against the running system. */
async function json<T>(...args: readonly string[]): Promise<T> {
  const { exitCode, stdout, stderr } = await run(...args, '--json');
  assert.equal(exitCode, 0, stderr);
  return JSON.parse(stdout) as T;
}

function run(...args: readonly string[]): Promise<Outcome> {
  return runCommand(folder, ...args, '--url', running.service.url);
}

test('anomalies are listed, and what one is like, as the console says', async () => {
  const { anomalies } = await json<{ anomalies: AnomalySummary[] }>('anomalies', 'list', '--stream', 'loop-b');
  assert.ok(anomalies.length > 0 && anomalies.every(({ stream }) => stream === 'loop-b'));
  const { id } = anomalies[0]!;
  const path = `/api/anomalies/${encodeURIComponent(id)}/similar?limit=5`;
  const similar = await json<SimilarIncidents>('anomalies', 'similar', id);
  assert.deepEqual(similar, (await running.get<SimilarIncidents>(path)).body);
  const text = await run('anomalies', 'similar', id);
  assert.match(text.stdout, similar.compared > 0 ? /ALIKE[\s\S]*unjudged/ : /no anomaly came before/);
});

test('an anomaly is shown with how rare its peak is, and what moved', async () => {
  const { anomalies } = await json<{ anomalies: AnomalySummary[] }>(
    'anomalies',
    'list',
    '--stream',
    'oxygen-generation',
  );
  const { stdout } = await run('anomalies', 'show', anomalies[0]!.id);
  assert.match(stdout, /ordinarily at most [\d.]+ windows a day score so high\nCHANNEL[^]* V /);
});

test('codes of what a running system scored are written as JSON, CSV and a picture', async () => {
  const { models } = (await running.get<ModelList>('/api/models?stream=loop-b')).body;
  const { version } = models.find(({ architecture }) => architecture === 'lstm')!;
  const files = ['--csv', join(folder, 'codes.csv'), '--html', join(folder, 'map.html')];
  const codes = await json<ModelCodes>('models', 'codes', version, '--limit', '60', ...files);
  assert.deepEqual([codes.modelVersion, codes.windows.length], [version, 60]);
  assert.equal((await readFile(join(folder, 'codes.csv'), 'utf8')).trimEnd().split('\n').length, 61);
  assert.match(await readFile(join(folder, 'map.html'), 'utf8'), /map of codes of loop-b/);
});

test('an anomaly that is not there is refused with the code that the console gives', async () => {
  const { exitCode, stderr } = await run('anomalies', 'similar', 'loop-b@1');
  assert.notEqual(exitCode, 0);
  assert.match(stderr, /CUPOLA_ANOMALY_UNKNOWN/);
});

test('telemetry without the folder that it lies in is a wrong command line', async () => {
  const { exitCode, stderr } = await runCommand(folder, 'models', 'codes', 'dense-0123456789ab', '--dataset', 'smap');
  assert.equal(exitCode, 2);
  assert.match(stderr, /--data/);
});
