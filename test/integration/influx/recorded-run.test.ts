import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { HistoryStore } from '../../../pipelines/ports.ts';
import { openEmbeddedHistory } from '../../../services/adapters/embedded/history-store.ts';
import { openInfluxHistory } from '../../../services/adapters/influx/influx-history.ts';
import { stationDefinitions } from '../../../services/sources/simulator/station-streams.ts';
import { serverAddress } from '../../real-servers/server-address.ts';
import { runCommand } from '../../unit/cli/run-command.ts';
import { newInfluxDatabase } from './influx-database.ts';

const always = { fromMs: -Infinity, toMs: Infinity };
const seconds = 3000;
const speed = 1_000_000;
const run = {
  dataDir: 'data',
  sources: [{ type: 'simulate', speed, seed: 1, historyOrbits: 1, quietMs: 0 }],
  training: { enabled: false },
};

test('a run that is recorded in InfluxDB is there as in the embedded history, sample for sample and event for event', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cupola-recorded-'));
  const { drop, ...database } = await newInfluxDatabase(serverAddress('influxdb'));
  try {
    await record(join(folder, 'embedded'), {});
    await record(join(folder, 'influxdb'), { history: { kind: 'influxdb', ...database } });
    const embedded = openEmbeddedHistory({ path: join(folder, 'embedded/data/cupola.db') });
    const influx = openInfluxHistory(database);
    let events = 0;
    for (const { stream, version, channels } of stationDefinitions('simulator')) {
      const expected = await contentOf(embedded, stream, version, channels[0]!.id);
      assert.deepEqual(await contentOf(influx, stream, version, channels[0]!.id), expected, stream);
      events += expected.events.length;
    }
    assert.ok(events > 1000, `${events} events`);
    await embedded.close();
    await influx.close();
  } finally {
    await drop();
    rmSync(folder, { recursive: true });
  }
});

async function record(folder: string, settings: object): Promise<void> {
  mkdirSync(folder);
  writeFileSync(join(folder, 'cupola.yaml'), JSON.stringify({ ...run, ...settings }));
  const { exitCode, stderr } = await runCommand(folder, 'start', '--headless', '--duration', String(seconds / speed));
  assert.equal(exitCode, 0, stderr);
}

async function contentOf(history: HistoryStore, stream: string, version: number, channelId: string) {
  // Events that end at one instant stand in no particular order.
  const events = (await history.scoreEvents(stream, always, 1e6)).map((event) => JSON.stringify(event)).sort();
  return {
    extent: await history.extent(stream),
    samples: await history.samples(stream, version, always),
    events,
    anomalies: await history.anomalies(stream, always, 1e6),
    reconstruction: await history.series('reconstruction', stream, channelId, always, 1e6),
    scores: await history.scoreSeries(stream, always, 1e6),
  };
}
