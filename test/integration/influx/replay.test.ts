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
  const names = ['anomaly', 'gap', 'ingest', 'reconstruction', 'resumed', 'score', 'stale', 'telemetry', 'warm_up'];
  assert.deepEqual(
    once.map((series) => series.map(({ name }) => name)),
    [names, ['definition', 'position']],
  );
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
};
