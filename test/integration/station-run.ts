import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { topics } from '../../pipelines/topics.ts';
import { openEmbeddedLog } from '../../services/adapters/embedded/embedded-log.ts';
import { FileBundleStore } from '../../services/adapters/files/bundle-store.ts';
import { systemClock } from '../../services/adapters/system-clock.ts';
import { scenarioOf } from '../../services/sources/simulator/scenario.ts';
import { stationDefinitions } from '../../services/sources/simulator/station-streams.ts';
import { scriptedCommands } from '../simulation/scripted-commands.ts';
import type { AlternativeModels } from './alternative-models.ts';
import { CupolaProcess } from './cupola-process.ts';
import { runOutcome, type RunOutcome } from './run-outcome.ts';

const partitions = 3;
/** Station seconds in a second: more than any machine can take. */
const speed = 1_000_000;
/** Two and a half hours of telemetry, the last of them with faults. */
const simulation = { seed: 1, historyOrbits: 1, quietMs: 0 };
const liveSeconds = 3500;
const dataDir = 'data';
const config = {
  dataDir,
  sources: [{ type: 'simulate', speed, ...simulation }],
  training: { enabled: false },
  // Small enough that every process takes and makes snapshots.
  log: { partitions, maxRecords: 50, snapshotEveryRecords: 300 },
};

/** A run of the simulated station by the real command, as fast as it goes, in a folder of its own. */
export class StationRun {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Prepares a run: its configuration, models to switch to, and commands that ask for those and for other thresholds. */
  static async in(folder: string, models: AlternativeModels): Promise<StationRun> {
    const run = new StationRun(folder);
    await mkdir(join(folder, dataDir), { recursive: true });
    await writeFile(join(folder, 'cupola.yaml'), JSON.stringify(config));
    const versions = await models.store(new FileBundleStore(join(folder, dataDir, 'models'), systemClock));
    const log = openEmbeddedLog({ path: run.path, partitions });
    await log.ensureTopics(Object.values(topics));
    await log.append(scriptedCommands(simulation.seed, versions, eventTimes()).bound);
    await log.close();
    return run;
  }

  /** The file of log and history. */
  get path(): string {
    return join(this.#folder, dataDir, 'cupola.db');
  }

  /** Starts the run, or goes on with it. The process ends by itself when all telemetry is decided and recorded. */
  start(): CupolaProcess {
    const duration = String(liveSeconds / speed);
    return new CupolaProcess(this.#folder, 'start', '--headless', '--duration', duration, '--json');
  }

  /** What the run left; no process may be at work on it. */
  outcome(): Promise<RunOutcome> {
    return runOutcome(this.path, stationDefinitions('simulator'));
  }
}

function eventTimes(): { fromMs: number; toMs: number } {
  const { epochMs, historyMs } = scenarioOf(simulation);
  return { fromMs: epochMs, toMs: epochMs + historyMs + liveSeconds * 1000 };
}
