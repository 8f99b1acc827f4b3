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
/** More than any machine can take. */
const speed = 1_000_000;
/** Two and a half hours of telemetry, the last of them with faults. */
const simulation = { seed: 1, historyOrbits: 1, quietMs: 0 };
const liveSeconds = 3500;

/** A run of the simulated station by the real command, as fast as it goes, in a folder of its own. */
export class StationRun {
  /** The folder of log, history and models. */
  readonly dataDir: string;
  readonly #configFile: string;

  private constructor(folder: string) {
    this.dataDir = join(folder, 'data');
    this.#configFile = join(folder, 'cupola.yaml');
  }

  /** Prepares a run: its configuration, models to switch to, and commands that ask for those and for other thresholds. */
  static async in(folder: string, models: AlternativeModels): Promise<StationRun> {
    const run = new StationRun(folder);
    await mkdir(run.dataDir, { recursive: true });
    await writeFile(run.#configFile, JSON.stringify(run.#config()));
    const versions = await models.store(new FileBundleStore(join(run.dataDir, 'models'), systemClock));
    const log = openEmbeddedLog({ path: run.path, partitions });
    await log.ensureTopics(Object.values(topics));
    await log.append(scriptedCommands(simulation.seed, versions, eventTimes()).bound);
    await log.close();
    return run;
  }

  /** The file of log and history. */
  get path(): string {
    return join(this.dataDir, 'cupola.db');
  }

  /** Starts the run, or goes on with it. The process ends by itself when all telemetry is decided and recorded. */
  start(): CupolaProcess {
    const duration = String(liveSeconds / speed);
    return new CupolaProcess('start', '--headless', '--config', this.#configFile, '--duration', duration, '--json');
  }

  /** What the run left; no process may be at work on it. */
  outcome(): Promise<RunOutcome> {
    return runOutcome(this.path, stationDefinitions('simulator'));
  }

  #config(): unknown {
    return {
      dataDir: this.dataDir,
      sources: [{ type: 'simulate', speed, ...simulation }],
      training: { enabled: false },
      log: { partitions, maxRecords: 50, snapshotEveryRecords: 300 },
    };
  }
}

function eventTimes(): { fromMs: number; toMs: number } {
  const { epochMs, historyMs } = scenarioOf(simulation);
  return { fromMs: epochMs, toMs: epochMs + historyMs + liveSeconds * 1000 };
}
