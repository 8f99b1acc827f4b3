import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { streamDefinitionSchema } from '../../../pipelines/telemetry/stream-definition.ts';
import type { HistoryBatch } from '../../../pipelines/ports.ts';
import { openInfluxHistory } from '../../../services/adapters/influx/influx-history.ts';
import { InfluxServer, type ResultSeries } from '../../../services/adapters/influx/influx-server.ts';
import { serverAddress } from '../../real-servers/server-address.ts';
import { newInfluxDatabase } from './influx-database.ts';

let database: Awaited<ReturnType<typeof newInfluxDatabase>>;
before(async () => (database = await newInfluxDatabase(serverAddress('influxdb'))));
after(() => database.drop());

const stream = 'replayed';
const epochMs = 1_700_000_000_000;

test('a replay of what was written, its position lost, writes the same points over themselves', async () => {
  const server = new InfluxServer(database);
  const record = async (): Promise<(readonly ResultSeries[])[]> => {
    const history = openInfluxHistory(database);
    await history.write(batch);
    await history.close();
    return server.query('SELECT * FROM raw./.*/', 'SELECT * FROM kept./.*/');
  };
  const once = await record();
  await server.query('DROP MEASUREMENT "position"');
  assert.deepEqual(await record(), once);
  const names = 'anomaly contribution gap ingest reconstruction resumed score severity stale telemetry warm_up'.split(
    ' ',
  );
  assert.deepEqual(
    once.map((series) => series.map(({ name }) => name)),
    [names, ['definition', 'position', 'threshold']],
  );
});

test('a threshold whose level nobody knows is there all the same, and a reason stands in one line', async () => {
  const server = new InfluxServer(database);
  const [series] = await server.query('SELECT "value", "modelVersion", "issuedBy", "reason" FROM "kept"."threshold"');
  assert.deepEqual(
    series![0]!.values.map(([, ...fields]) => fields),
    [
      [1.5, 'dense-0123456789ab', 'ops, "night"', 'too many, in two lines, with a \\'],
      [null, null, 'ops', ''],
    ],
  );
});

test('severity is that of the anomaly until it ends, and 0 then, unless the next begins there', async () => {
  const history = openInfluxHistory(database);
  const anomaly = { ...batch.anomalies[0]!, stream: 'severe', threshold: 2, contributions: [] };
  const first = { ...anomaly, id: 'first', startMs: epochMs, endMs: epochMs + 2000, peakScore: 4 };
  const extended = { ...first, type: 'extended', endMs: epochMs + 4000, peakScore: 6 } as const;
  const next = { ...anomaly, id: 'next', startMs: epochMs + 4000, endMs: epochMs + 6000, peakScore: 10 };
  const anomalies = [
    { ...first, type: 'opened' as const },
    extended,
    { ...extended, type: 'closed' as const },
    { ...next, type: 'opened' as const },
    { ...next, type: 'closed' as const },
  ];
  const position = { topic: 'severe', partition: 0, nextOffset: 1 };
  await history.write({ position, definitions: [], samples: [], scores: [], anomalies });
  const [series] = await new InfluxServer(database).query(
    `SELECT "value" FROM "raw"."severity" WHERE "stream" = 'severe'`,
  );
  assert.deepEqual(
    series![0]!.values.map(([timeUs, value]) => [(timeUs as number) / 1000 - epochMs, value]),
    [
      [0, 2],
      [1999, 2],
      [3999, 3],
      [4000, 5],
      [5999, 5],
      [6000, 0],
    ],
  );
  await history.close();
});

test('samples between milliseconds stay apart, to the microsecond', async () => {
  const history = openInfluxHistory(database);
  const eventTimeMs = Float64Array.of(epochMs + 0.125, epochMs + 0.25, epochMs + 0.251);
  const samples = {
    ...batch.samples[0]!,
    stream: 'between',
    channel: new Uint16Array(3),
    eventTimeMs,
    value: Float64Array.of(1, 2, 3),
  };
  await history.write({ ...batch, position: { topic: 'between', partition: 0, nextOffset: 1 }, samples: [samples] });
  const found = await history.samples('between', 1, { fromMs: epochMs + 0.2, toMs: epochMs + 0.251 });
  assert.deepEqual([...found.eventTimeMs], [epochMs + 0.25]);
  assert.deepEqual((await history.samples('between', 1, { fromMs: 0, toMs: Infinity })).eventTimeMs, eventTimeMs);
  await history.close();
});

const definition = streamDefinitionSchema.parse({
  stream,
  name: stream,
  source: 'test',
  intervalMs: 1000,
  windowLengthMs: 4000,
  strideMs: 2000,
  staleAfterMs: 5000,
  warmUpMs: 60_000,
  // What the line protocol has words for.
  channels: ['plain', 'with, comma=and "quotes"', String.raw`back\slash`].map((id) => ({ kind: 'real', id, name: id })),
});

const common = { stream, definitionVersion: 1 };

const batch: HistoryBatch = {
  position: { topic: 'topic', partition: 0, nextOffset: 1 },
  definitions: [definition],
  samples: [
    {
      type: 'samples',
      ...common,
      ingestTimeMs: epochMs,
      channel: Uint16Array.of(0, 1, 2),
      eventTimeMs: Float64Array.of(epochMs, epochMs, epochMs),
      value: Float64Array.of(1, 2, 3),
    },
  ],
  scores: [
    {
      type: 'score',
      ...common,
      windowStartMs: epochMs,
      windowEndMs: epochMs + 4000,
      modelVersion: 'dense-0123456789ab',
      reconstructionError: 0.5,
      anomalyScore: 2,
      strideErrors: Float32Array.of(0.5),
      rowErrors: Float32Array.of(0.5, 0.25),
      contributions: Float32Array.of(0.5, 0.25, 0.25),
      latent: new Float32Array(0),
      reconstruction: Float32Array.of(1, 2, 3, 4, 5, 6),
      missingShare: 0,
      backfill: false,
    },
    { type: 'gap', ...common, firstWindowStartMs: epochMs + 4000, windows: 2, missingShare: 1 },
    { type: 'stale', ...common, channelId: 'with, comma=and "quotes"', lastObservedMs: epochMs },
    { type: 'resumed', ...common, channelId: String.raw`back\slash`, lastObservedMs: null, resumedMs: epochMs + 5000 },
    { type: 'warm-up', ...common, windowStartMs: epochMs, remainingMs: 1000 },
  ],
  anomalies: [
    {
      type: 'closed',
      id: `${stream}@${epochMs}`,
      stream,
      modelVersion: 'dense-0123456789ab',
      startMs: epochMs,
      endMs: epochMs + 4000,
      decidedAtMs: epochMs + 4000,
      peakScore: 2,
      threshold: 1.5,
      contributions: [{ channelId: 'with, comma=and "quotes"', share: 1 }],
    },
  ],
  thresholds: [
    {
      stream,
      fromMs: epochMs,
      level: 1.5,
      setting: { policy: 'mean-sigma', parameters: { k: 6 } },
      modelVersion: 'dense-0123456789ab',
      issuedBy: 'ops, "night"',
      reason: 'too many,\nin two lines, with a \\',
      commandId: null,
    },
    {
      stream,
      fromMs: epochMs + 2000,
      level: null,
      setting: { policy: 'mean-sigma', parameters: { k: 7 } },
      modelVersion: null,
      issuedBy: 'ops',
      reason: '',
      commandId: null,
    },
  ],
};
