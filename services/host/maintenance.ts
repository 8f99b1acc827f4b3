import type { Clock, HistoryStore, Log } from '../../pipelines/ports.ts';
import { topics } from '../../pipelines/topics.ts';
import type { RunningService } from '../service.ts';
import { newestRecord } from '../stage/newest-record.ts';

/** What grows with time. */
export interface MaintainedStores {
  readonly log: Log;
  readonly history: HistoryStore;
}

export interface MaintenanceOptions {
  /** Wall time between rounds. */
  readonly everyMs: number;
  /** Event time that the history keeps. */
  readonly keepHistoryMs: number;
}

/**
 * Retention and compaction from time to time. What is old is old by the telemetry's own time: a simulation or a replay
 * of last year must not vanish because the machine's clock says so.
 */
export function startMaintenance(stores: MaintainedStores, clock: Clock, options: MaintenanceOptions): RunningService {
  const stopping = new AbortController();
  const finished = maintain(stores, clock, options, stopping.signal);
  return {
    name: 'maintenance',
    finished,
    async stop() {
      stopping.abort();
      await finished;
    },
  };
}

async function maintain(
  { log, history }: MaintainedStores,
  clock: Clock,
  { everyMs, keepHistoryMs }: MaintenanceOptions,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    await clock.sleep(everyMs, signal);
    if (signal.aborted) return;
    const newestMs = await newestTelemetryMs(log);
    if (newestMs === null) continue;
    await log.maintain(newestMs);
    await history.forget(newestMs - keepHistoryMs);
  }
}

/** The newest time that any telemetry record bears; null where there is none. */
async function newestTelemetryMs(log: Log): Promise<number | null> {
  const topic = topics.telemetry.name;
  let newestMs: number | null = null;
  for (let partition = 0; partition < (await log.partitions(topic)); partition++) {
    const newest = await newestRecord(log, topic, partition);
    if (newest) newestMs = Math.max(newest.timestampMs, newestMs ?? -Infinity);
  }
  return newestMs;
}
