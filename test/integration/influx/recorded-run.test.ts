import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { decodeModelSetting, decodeThresholdRecord } from '../../../pipelines/json-records.ts';
import type { HistoryStore, Log } from '../../../pipelines/ports.ts';
import type { WindowScore } from '../../../pipelines/scoring/score-event.ts';
import type { ChannelDefinition } from '../../../pipelines/telemetry/channel.ts';
import { ThresholdLevels } from '../../../pipelines/thresholds/threshold-levels.ts';
import { topics } from '../../../pipelines/topics.ts';
import { openEmbeddedLog } from '../../../services/adapters/embedded/embedded-log.ts';
import { openEmbeddedHistory } from '../../../services/adapters/embedded/history-store.ts';
import { FileBundleStore } from '../../../services/adapters/files/bundle-store.ts';
import { openInfluxHistory } from '../../../services/adapters/influx/influx-history.ts';
import { readToEnd } from '../../../services/stage/read-range.ts';
import { stationDefinitions } from '../../../services/sources/simulator/station-streams.ts';
import { InfluxServer } from '../../../services/adapters/influx/influx-server.ts';
import { systemClock } from '../../../services/adapters/system-clock.ts';
import { serverAddress } from '../../real-servers/server-address.ts';
import { runCommand } from '../../unit/cli/run-command.ts';
import { newInfluxDatabase } from './influx-database.ts';

const always = { fromMs: -Infinity, toMs: Infinity };
const seconds = 3000;
const speed = 1_000_000;
const partitions = 2;
const run = {
  dataDir: 'data',
  log: { partitions },
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
    const server = new InfluxServer(database);
    let events = 0;
    for (const { stream, version, channels } of stationDefinitions('simulator')) {
      const expected = await contentOf(embedded, stream, version, channels[0]!.id);
      assert.deepEqual(await contentOf(influx, stream, version, channels[0]!.id), expected, stream);
      events += expected.events.length;
      assert.deepEqual(await contributionsIn(server, stream, channels), contributionsOf(expected.scored), stream);
    }
    assert.deepEqual(await thresholdsIn(server), await thresholdsOf(join(folder, 'influxdb/data')));
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
  const scored = await history.scoreEvents(stream, always, 1e6);
  // Events that end at one instant stand in no particular order.
  const events = scored.map((event) => JSON.stringify(event)).sort();
  return {
    scored: scored.filter((event) => event.type === 'score'),
    extent: await history.extent(stream),
    samples: await history.samples(stream, version, always),
    events,
    anomalies: await history.anomalies(stream, always, 1e6),
    reconstruction: await history.series('reconstruction', stream, channelId, always, 1e6),
    scores: await history.scoreSeries(stream, always, 1e6),
  };
}

/** Shares by channel, in the order of the definition, each in the order of time. */
async function contributionsIn(server: InfluxServer, stream: string, channels: readonly ChannelDefinition[]) {
  const [series] = await server.query(
    `SELECT "value" FROM "raw"."contribution" WHERE "stream" = '${stream}' GROUP BY "channel"`,
  );
  return channels
    .filter(({ role }) => role === 'scored')
    .map(({ id }) =>
      series!.find(({ tags }) => tags!['channel'] === id)!.values.map(([timeUs, share]) => [timeUs, share]),
    );
}

function contributionsOf(scores: readonly WindowScore[]) {
  const channels = [...scores[0]!.contributions.keys()];
  return channels.map((index) =>
    scores.map(({ windowEndMs, contributions }) => [windowEndMs * 1000, contributions[index]!]),
  );
}

type Threshold = readonly [stream: string, fromUs: number, level: number, modelVersion: string];

async function thresholdsIn(server: InfluxServer): Promise<Threshold[]> {
  const [series] = await server.query('SELECT "value", "modelVersion" FROM "kept"."threshold" GROUP BY "stream"');
  const rows = series!.flatMap(({ tags, values }) => values.map((row) => [tags!['stream'], ...row]));
  return sorted(rows as unknown as Threshold[]);
}

/** What the settings in the log of a run come to. */
async function thresholdsOf(dataDir: string): Promise<Threshold[]> {
  const log = openEmbeddedLog({ path: join(dataDir, 'cupola.db'), partitions });
  const levels = new ThresholdLevels(new FileBundleStore(join(dataDir, 'models'), systemClock));
  const thresholds = await allOf(log, topics.thresholds.name, decodeThresholdRecord);
  const models = Map.groupBy(await allOf(log, topics.models.name, decodeModelSetting), ({ stream }) => stream);
  const found: Threshold[] = [];
  for (const [stream, some] of Map.groupBy(thresholds, (record) => record.stream)) {
    const settings = { thresholds: some, models: models.get(stream)! };
    await levels.prepare(settings);
    for (const { fromMs, level, modelVersion } of levels.steps(settings))
      found.push([stream, fromMs * 1000, level!, modelVersion!]);
  }
  await log.close();
  assert.ok(found.length >= models.size && models.size > 5);
  return sorted(found);
}

async function allOf<T>(log: Log, topic: string, decode: (value: Uint8Array) => T): Promise<T[]> {
  const all: T[] = [];
  for (let partition = 0; partition < (await log.partitions(topic)); partition++)
    for (const { value } of (await readToEnd(log, topic, partition)).records) all.push(decode(value!));
  return all;
}

function sorted(thresholds: readonly Threshold[]): Threshold[] {
  return thresholds.toSorted(([a, from], [b, to]) => (a === b ? from - to : a < b ? -1 : 1));
}
