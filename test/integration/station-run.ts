import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { topics } from '../../pipelines/topics.ts';
import { openEmbeddedLog } from '../../services/adapters/embedded/embedded-log.ts';
import { FileBundleStore } from '../../services/adapters/files/bundle-store.ts';
import { systemClock } from '../../services/adapters/system-clock.ts';
import { stationDefinitions } from '../../services/sources/simulator/station-streams.ts';
import type { AlternativeModels } from './alternative-models.ts';
import { CupolaProcess } from './cupola-process.ts';
import { runOutcome, type RunOutcome } from './run-outcome.ts';
import { stationCommands, stationConfig, stationDuration, stationPartitions } from './station-scenario.ts';

/** Station seconds in a second: more than any machine can take. */
const speed = 1_000_000;
const dataDir = 'data';

/** A run of the simulated station by the real command, as fast as it goes, in a folder of its own. */
export class StationRun {
  readonly #folder: string;

  readonly #liveSeconds: number;

  private constructor(folder: string, liveSeconds: number) {
    this.#folder = folder;
    this.#liveSeconds = liveSeconds;
  }

  /**
   * Prepares a run: its configuration, models to switch to, and commands that ask for those and for other thresholds.
   * `liveSeconds` are those of the station after its first orbit.
   */
  static async in(folder: string, models: AlternativeModels, liveSeconds = 3500): Promise<StationRun> {
    const run = new StationRun(folder, liveSeconds);
    await mkdir(join(folder, dataDir), { recursive: true });
    await writeFile(join(folder, 'cupola.yaml'), JSON.stringify({ dataDir, ...stationConfig(speed) }));
    const versions = await models.store(new FileBundleStore(join(folder, dataDir, 'models'), systemClock));
    const log = openEmbeddedLog({ path: run.path, partitions: stationPartitions });
    await log.ensureTopics(Object.values(topics));
    await log.append(stationCommands(versions, liveSeconds));
    await log.close();
    return run;
  }

  /** The file of log and history. */
  get path(): string {
    return join(this.#folder, dataDir, 'cupola.db');
  }

  /** Starts the run, or goes on with it. The process ends by itself when all telemetry is decided and recorded. */
  start(): CupolaProcess {
    const duration = stationDuration(this.#liveSeconds, speed);
    return new CupolaProcess(this.#folder, 'start', '--headless', '--duration', duration, '--json');
  }

  /** What the run left; no process may be at work on it. */
  outcome(): Promise<RunOutcome> {
    return runOutcome(this.path, stationDefinitions('simulator'));
  }
}
