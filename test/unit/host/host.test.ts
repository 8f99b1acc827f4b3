import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { CupolaError } from '../../../pipelines/errors.ts';
import { decodeStreamDefinition } from '../../../pipelines/json-records.ts';
import { topics } from '../../../pipelines/topics.ts';
import { configSchema, type Config } from '../../../services/host/config-schema.ts';
import { ConfigInvalid } from '../../../services/host/config-problems.ts';
import { startHost, type Host } from '../../../services/host/host.ts';
import { createLogger } from '../../../services/host/logger.ts';
import { summarizeRun } from '../../../services/host/summary.ts';
import { readToEnd } from '../../../services/stage/read-range.ts';

const folder = mkdtempSync(join(tmpdir(), 'cupola-host-'));
after(() => rmSync(folder, { recursive: true }));

const logger = createLogger({ level: 'silent', pretty: 'never' });
const speed = 1000;

function config(dataDir: string, changes: Record<string, unknown> = {}): Config {
  return configSchema.parse({
    dataDir: join(folder, dataDir),
    sources: [{ type: 'simulate', seed: 5, historyOrbits: 0.05, quietMs: 0, speed }],
    services: ['recorder', 'annunciator', 'scorer', 'ingest'],
    ...changes,
  });
}

/** Runs a host until its source has ended and all that followed from it is there. */
async function runToEnd(host: Host): Promise<Awaited<ReturnType<typeof summarizeRun>>> {
  try {
    await Promise.race([host.failed, host.sourcesEnded]);
    await Promise.race([host.failed, host.settle()]);
    return await summarizeRun(host.adapters.log, null);
  } finally {
    await host.stop();
  }
}

test('a host that is stopped and started again goes on where it ended, and ends with what one run gives', async () => {
  // Enough to fit robust-limits, and some windows more.
  const sources = [{ type: 'simulate', seed: 5, historyOrbits: 1.1, quietMs: 0, speed }];
  const start = (dataDir: string): Promise<Host> =>
    startHost(config(dataDir, { sources }), { logger, liveSeconds: 0.4 });
  const whole = await runToEnd(await start('whole'));
  const interrupted = await start('parts');
  await interrupted.adapters.clock.sleep(400);
  await interrupted.stop();
  const resumed = await runToEnd(await start('parts'));
  assert.ok(whole.windows > 0 && whole.streams >= 8, JSON.stringify(whole));
  assert.deepEqual(resumed, whole);
});

test('a service that fails ends the host with the error that it met', async () => {
  const first = await startHost(config('seeds'), { logger, liveSeconds: 0.1 });
  await runToEnd(first);
  const sources = [{ type: 'simulate', seed: 6, historyOrbits: 0.05, quietMs: 0, speed }];
  const other = await startHost(config('seeds', { sources }), { logger });
  await assert.rejects(other.failed, { code: 'CUPOLA_SCENARIO_CHANGED' });
  await other.stop();
});

test('a host that cannot start leaves its data folder to the next', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await new Promise((listening) => taken.once('listening', listening));
  const { port } = taken.address() as AddressInfo;
  const blocked = config('blocked', { console: { port }, services: ['console', 'recorder'] });
  await assert.rejects(startHost(blocked, { logger }), { code: 'CUPOLA_PORT_IN_USE' });
  taken.close();
  const host = await startHost(blocked, { logger });
  assert.equal(host.url, `http://127.0.0.1:${port}`);
  await host.stop();
});

test('a stream is changed as the configuration says, under the version that it says', async () => {
  const streams = { water: { version: 2, strideMs: 80_000 } };
  const host = await startHost(config('streams', { streams }), { logger, liveSeconds: 0.1 });
  await Promise.race([host.failed, host.sourcesEnded]);
  const { log } = host.adapters;
  const partition = await log.partitionOf(topics.streams.name, 'water');
  const { records } = await readToEnd(log, topics.streams.name, partition);
  await host.stop();
  const water = records.map(({ value }) => decodeStreamDefinition(value!)).find(({ stream }) => stream === 'water')!;
  assert.deepEqual([water.version, water.strideMs], [2, 80_000]);
});

const wrongStreams = [
  [{ watr: { version: 2 } }, 'streams.watr', /did you mean water\?/],
  [{ water: { version: 2, strideMs: 7 } }, 'streams.water.strideMs', /multiple of intervalMs/],
] as const;

for (const [streams, field, bound] of wrongStreams) {
  test(`a change of streams is refused at ${field} before anything starts`, async () => {
    await assert.rejects(startHost(config('never', { streams }), { logger }), (error) => {
      assert.ok(error instanceof ConfigInvalid);
      assert.equal(error.problems[0]!.field, field);
      assert.match(error.problems[0]!.bound, bound);
      return true;
    });
  });
}

test('a data folder that cannot be made is refused by its name', async () => {
  const impossible = { ...config('never'), dataDir: '/dev/null/cupola' };
  await assert.rejects(startHost(impossible, { logger }), (error) => {
    assert.ok(error instanceof CupolaError);
    assert.deepEqual([error.code, error.subject.field], ['CUPOLA_DATA_DIR_UNUSABLE', 'dataDir']);
    return true;
  });
});
