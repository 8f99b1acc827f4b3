import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InfluxDB, type IPoint } from 'influx';
import { startInfluxdb } from '../../deploy/local/influxdb-server.ts';
import type { HistoryBatch } from '../../pipelines/ports.ts';
import type { SampleBatch } from '../../pipelines/telemetry/sample-batch.ts';
import { openInfluxHistory } from '../../services/adapters/influx/influx-history.ts';
import { newInfluxDatabase } from '../integration/influx/influx-database.ts';
import type { BenchResult } from './bench-result.ts';
import { compareRates } from './compare-rates.ts';
import { exampleBatch, exampleStream, exampleStreams } from './example-telemetry.ts';

const streams = exampleStreams.slice(0, 5);
const batches = 60;

/** Recording samples in InfluxDB, positions and all, against npm influx writing the same points from objects. */
export async function benchInfluxWrite(): Promise<BenchResult> {
  const folder = mkdtempSync(join(tmpdir(), 'cupola-bench-influx-'));
  const server = await startInfluxdb({ folder });
  try {
    const record = (): Promise<number> => recorded(server.address);
    const write = (): Promise<number> => written(server.address);
    const { value, ratio } = await compareRates(record, write, 3);
    return { name: 'influx.write', value, unit: 'points/s', against: 'influx writePoints', ratio };
  } finally {
    await server.kill();
    rmSync(folder, { recursive: true });
  }
}

const nothing = { definitions: [], samples: [], scores: [], anomalies: [] } satisfies Partial<HistoryBatch>;
const telemetry = Array.from({ length: batches }, (_, i) => streams.map((stream) => exampleBatch(stream, i)));
const points = telemetry.flat().reduce((sum, { value }) => sum + value.length, 0);

async function recorded(address: string): Promise<number> {
  const database = await newInfluxDatabase(address);
  const history = openInfluxHistory(database);
  const position = { topic: 'telemetry', partition: 0, nextOffset: 1 };
  await history.write({ ...nothing, position, definitions: streams.map(exampleStream) });
  const start = performance.now();
  for (const [i, samples] of telemetry.entries())
    await history.write({ ...nothing, position: { ...position, nextOffset: i + 2 }, samples });
  const perSecond = pointsPerSecond(start);
  await history.close();
  await database.drop();
  return perSecond;
}

/** The library makes its text of points as objects, which whoever calls it has to make of columns. */
async function written(address: string): Promise<number> {
  const database = await newInfluxDatabase(address);
  const { hostname: host, port } = new URL(database.url);
  const client = new InfluxDB({ host, port: Number(port), database: database.database });
  const start = performance.now();
  for (const samples of telemetry)
    await client.writePoints(samples.flatMap(pointsOf), { retentionPolicy: 'raw', precision: 'ms' });
  const perSecond = pointsPerSecond(start);
  await database.drop();
  return perSecond;
}

function pointsOf({ stream, channel, eventTimeMs, value }: SampleBatch): IPoint[] {
  return Array.from(value, (each, i) => ({
    measurement: 'telemetry',
    tags: { stream, version: '1', channel: `c${channel[i]!}`, index: String(channel[i]!) },
    fields: { value: each },
    timestamp: eventTimeMs[i]!,
  }));
}

function pointsPerSecond(start: number): number {
  return (1000 * points) / (performance.now() - start);
}
