/**
 * Starts each real server once for all tests of a run: `node --test --test-global-setup` calls this before the first test
 * and after the last. A server whose address the environment has already is used as it is.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startInfluxdb } from '../../deploy/local/influxdb-server.ts';
import { startKafka } from '../../deploy/local/kafka-broker.ts';
import { addressVariables } from './server-address.ts';

/** Topics of tests may be kept for milliseconds only: brokers begin to delete after the tests. */
const properties = { 'log.initial.task.delay.ms': 3_600_000 };

let folder: string | null = null;
const started: { kill(): Promise<void> }[] = [];

export async function globalSetup(): Promise<void> {
  folder = mkdtempSync(join(tmpdir(), 'cupola-servers-'));
  const [kafka, influxdb] = [join(folder, 'kafka'), join(folder, 'influxdb')];
  const starts = await Promise.allSettled([
    startUnlessGiven(addressVariables.kafka, () => startKafka({ folder: kafka, say: console.error, properties })),
    startUnlessGiven(addressVariables.influxdb, () => startInfluxdb({ folder: influxdb })),
  ]);
  const failed = starts.find((start) => start.status === 'rejected');
  if (!failed) return;
  // Nobody tears down what was not set up.
  await globalTeardown();
  throw failed.reason;
}

export async function globalTeardown(): Promise<void> {
  await Promise.all(started.map((server) => server.kill()));
  if (folder) rmSync(folder, { recursive: true, force: true });
}

async function startUnlessGiven(
  variable: string,
  start: () => Promise<{ readonly address: string; kill(): Promise<void> }>,
): Promise<void> {
  if (process.env[variable]) return;
  const server = await start();
  started.push(server);
  process.env[variable] = server.address;
}
