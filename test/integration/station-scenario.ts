import type { OutgoingRecord } from '../../pipelines/ports.ts';
import { scenarioOf } from '../../services/sources/simulator/scenario.ts';
import { scriptedCommands } from '../simulation/scripted-commands.ts';

export const stationPartitions = 3;
/** An orbit of telemetry, then some with faults. */
const simulation = { seed: 1, historyOrbits: 1, quietMs: 0 };

/** What every process on the station has in its configuration; `speed` is in station seconds a second. */
export function stationConfig(speed: number) {
  return {
    sources: [{ type: 'simulate', speed, ...simulation }],
    training: { enabled: false },
    // Small enough that every process takes and makes snapshots.
    log: { partitions: stationPartitions, maxRecords: 50, snapshotEveryRecords: 300 },
  };
}

/** What `--duration` must be for as many station seconds of telemetry to follow the first orbit. */
export function stationDuration(liveSeconds: number, speed: number): string {
  return String(liveSeconds / speed);
}

/** Commands that ask for models and thresholds at event times of the station's, to be in the log before its telemetry. */
export function stationCommands(
  versions: ReadonlyMap<string, readonly string[]>,
  liveSeconds: number,
): OutgoingRecord[] {
  const { epochMs, historyMs } = scenarioOf(simulation);
  const range = { fromMs: epochMs, toMs: epochMs + historyMs + liveSeconds * 1000 };
  return scriptedCommands(simulation.seed, versions, range).bound;
}
