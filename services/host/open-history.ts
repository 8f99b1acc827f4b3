import { join } from 'node:path';
import { CupolaError } from '../../pipelines/errors.ts';
import type { HistoryStore, PipelineMetrics } from '../../pipelines/ports.ts';
import { openEmbeddedHistory } from '../adapters/embedded/history-store.ts';
import { spoolHistory, type SpoolEvent } from '../adapters/history/spooled-history.ts';
import { applyInflux, planInflux, type InfluxPart, type InfluxRetention } from '../adapters/influx/influx-layout.ts';
import type { InfluxOptions, InfluxServer } from '../adapters/influx/influx-server.ts';
import type { LoadedConfig } from './config.ts';
import type { Config } from './config-schema.ts';
import { contentOf } from './content-of.ts';
import { LossRecorder } from './loss-recorder.ts';
import { historyFile } from './open-log.ts';

/**
 * Opens the history that a configuration names. `report` hears of a server that goes, comes, and of what is lost.
 *
 * Errors: CUPOLA_LOG_IN_USE, CUPOLA_FILE_UNUSABLE.
 */
export async function openHistory(config: Config, report: (event: SpoolEvent) => void): Promise<HistoryStore> {
  const { history, services, dataDir } = config;
  if (history.kind === 'embedded') return openEmbeddedHistory({ path: historyFile(config) });
  const { openInfluxHistory } = await import('../adapters/influx/influx-history.ts');
  const isRecorder = services.includes('recorder');
  const losses = new LossRecorder(report);
  const inner = openInfluxHistory({
    ...influxOptions(config),
    forgets: isRecorder && history.keepBy === 'eventTime',
    onRefused: (points, reason) => losses.hear({ type: 'lost', lost: { samples: points, events: 0 }, reason }),
  });
  // Who does not write has nothing to keep for the server.
  if (!isRecorder) return inner;
  losses.recordIn(inner);
  const folder = join(dataDir, 'spool');
  return spoolHistory(inner, { folder, maxBytes: history.spoolBytes, report: (event) => losses.hear(event) });
}

/** Who takes how the pipeline stands, beside the history; null where that is embedded, and nobody would see it. */
export async function openMetrics(config: Config): Promise<((metrics: PipelineMetrics) => Promise<void>) | null> {
  if (config.history.kind === 'embedded') return null;
  const { influxMetrics } = await import('../adapters/influx/influx-metrics.ts');
  return influxMetrics(influxOptions(config));
}

/**
 * Compares what is in InfluxDB with what the recorder needs there.
 *
 * Errors: CUPOLA_CONFIG_INVALID where the history is not InfluxDB's, CUPOLA_HISTORY_UNAVAILABLE, CUPOLA_HISTORY_REFUSED.
 */
export async function planInfluxOf({ config }: LoadedConfig): Promise<InfluxPart[]> {
  return planInflux(await influxServer(config), retentionOf(config));
}

/** Makes what is missing in InfluxDB; what differs, where `alters`. Returns what was changed. Errors: as of planInfluxOf. */
export async function applyInfluxOf({ config }: LoadedConfig, alters: boolean): Promise<InfluxPart[]> {
  return applyInflux(await influxServer(config), retentionOf(config), alters);
}

async function influxServer(config: Config): Promise<InfluxServer> {
  const { kind } = config.history;
  if (kind !== 'influxdb')
    throw new CupolaError('CUPOLA_CONFIG_INVALID', `history.kind is ${kind}; it must be influxdb`, {
      field: 'history.kind',
      value: kind,
      bound: 'influxdb',
    });
  const { InfluxServer } = await import('../adapters/influx/influx-server.ts');
  return new InfluxServer(influxOptions(config));
}

function influxOptions({ history: { url, database, username, passwordFile } }: Config): InfluxOptions {
  const password = passwordFile === undefined ? undefined : contentOf(passwordFile).trim();
  return { url: url!, database, username, password };
}

/** Retention policies go by the clock, and would refuse or drop what is recorded of another time. */
function retentionOf({ history: { keepBy, keepMs, keepMinutesMs } }: Config): InfluxRetention {
  return keepBy === 'wallClock' ? { rawMs: keepMs, minutesMs: keepMinutesMs } : { rawMs: null, minutesMs: null };
}
