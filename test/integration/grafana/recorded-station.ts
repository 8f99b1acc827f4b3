import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeCommand } from '../../../pipelines/json-records.ts';
import type { TimeRange } from '../../../pipelines/ports.ts';
import { topics } from '../../../pipelines/topics.ts';
import { openEmbeddedLog } from '../../../services/adapters/embedded/embedded-log.ts';
import { openInfluxHistory } from '../../../services/adapters/influx/influx-history.ts';
import { influxMetrics } from '../../../services/adapters/influx/influx-metrics.ts';
import type { InfluxOptions } from '../../../services/adapters/influx/influx-server.ts';
import { scenarioOf } from '../../../services/sources/simulator/scenario.ts';
import { runCommand } from '../../unit/cli/run-command.ts';

/** A stream whose threshold is its mean score, so that it has anomalies without end. */
export const restlessStream = 'oxygen';

const partitions = 2;
const speed = 1_000_000;
/** Telemetry to fit robust limits on, then an hour with faults and losses of signal. */
const simulation = { seed: 1, historyOrbits: 1, quietMs: 0 };
const liveSeconds = 3600;

/** How the pipeline stands, by the clock, which is not the station's. */
const standing = {
  lags: [{ service: 'scorer', topic: topics.telemetry.name, partition: 0, lag: 3, member: null }],
  watermarks: [{ stream: restlessStream, delayMs: 20_000 }],
};

/**
 * Runs the simulated station to its end by the real command, its history in InfluxDB, which is told of a loss as if it had
 * been away, and of how the pipeline stands as if that were now; returns the time of it all.
 */
export async function recordStation(folder: string, { url, database }: InfluxOptions): Promise<TimeRange> {
  await mkdir(join(folder, 'data'));
  const config = {
    dataDir: 'data',
    log: { partitions },
    history: { kind: 'influxdb', url, database },
    sources: [{ type: 'simulate', speed, ...simulation }],
    training: { enabled: false },
  };
  await writeFile(join(folder, 'cupola.yaml'), JSON.stringify(config));
  await lowerThreshold(join(folder, 'data', 'cupola.db'));
  const duration = String(liveSeconds / speed);
  const { exitCode, stderr } = await runCommand(folder, 'start', '--headless', '--json', '--duration', duration);
  assert.equal(exitCode, 0, stderr);
  const { epochMs, historyMs } = scenarioOf(simulation);
  const toMs = epochMs + historyMs + liveSeconds * 1000;
  const history = openInfluxHistory({ url, database });
  await history.recordLoss({ samples: 100, events: 1 }, toMs);
  await history.close();
  await influxMetrics({ url, database })({ atMs: toMs, ...standing });
  return { fromMs: epochMs, toMs };
}

async function lowerThreshold(path: string): Promise<void> {
  const log = openEmbeddedLog({ path, partitions });
  await log.ensureTopics(Object.values(topics));
  const value = encodeCommand({
    type: 'set-threshold',
    id: 'restless',
    stream: restlessStream,
    setting: { policy: 'mean-sigma', parameters: { k: 0 } },
    issuedAtMs: 0,
    issuedBy: 'test',
    reason: 'anomalies to show',
  });
  await log.append([{ topic: topics.commands.name, key: restlessStream, value, timestampMs: 0 }]);
  await log.close();
}
