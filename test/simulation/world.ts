import type { CupolaError } from '../../pipelines/errors.ts';
import type { BundleStore, Log, ScoringRuntime } from '../../pipelines/ports.ts';
import { SeededRandom } from '../../pipelines/random.ts';
import { topics } from '../../pipelines/topics.ts';
import { openEmbeddedLog } from '../../services/adapters/embedded/embedded-log.ts';
import { startAnnunciator } from '../../services/annunciator/annunciator.ts';
import { startIngest } from '../../services/ingest/ingest.ts';
import { startScorer } from '../../services/scorer/scorer.ts';
import type { RunningService } from '../../services/service.ts';
import { CrashingLog, SimulatedCrash, type Progress } from './crashing-log.ts';
import { scriptedCommands } from './scripted-commands.ts';
import { scriptRange, ScriptedSource } from './scripted-source.ts';
import { systemClock } from '../../services/adapters/system-clock.ts';

/** Sources of the simulated station, with how many streams each has. */
export const scriptedSources = { alpha: 3, beta: 2 } as const;

const partitions = 2;

/** A record that cannot be taken is one whose process died over it. */
const stageOptions = {
  maxRecords: 40,
  snapshotEveryRecords: 30,
  commitIntervalMs: 0,
  report({ cause }: CupolaError): void {
    throw cause;
  },
};

export interface WorldOptions {
  readonly seed: number;
  /** How many times each service dies; 0 for an uninterrupted run. */
  readonly crashes: number;
  /** Commands that take effect whenever they happen to be read, beside those bound to an event time. */
  readonly looseCommands: boolean;
  readonly bundles: BundleStore;
  readonly runtime: ScoringRuntime;
  readonly alternativeModels: ReadonlyMap<string, readonly string[]>;
}

/** Runs the services over an embedded log until all telemetry is decided; the caller closes the log. */
export async function runWorld(options: WorldOptions): Promise<Log> {
  const log = openEmbeddedLog({ path: ':memory:', partitions });
  await log.ensureTopics(Object.values(topics));
  const commands = scriptedCommands(options.seed, options.alternativeModels, scriptRange);
  await log.append(commands.bound);
  const random = SeededRandom.for(options.seed, 'crashes');
  const progress: Progress = new Map();
  const stages = [
    new Life(log, options.crashes, random, progress, (view) =>
      startScorer({ ...options, log: view, clock: systemClock }, stageOptions),
    ),
    new Life(log, options.crashes, random, progress, (view) =>
      startAnnunciator({ ...options, log: view, clock: systemClock }, stageOptions),
    ),
  ];
  const sources = Object.entries(scriptedSources).map(
    ([name, streams]) => new ScriptedSource(name, streams, options.seed),
  );
  const ingests = sources.map(
    (source) =>
      new Life(log, options.crashes, random, progress, (view) =>
        startIngest({ log: view, clock: systemClock }, source),
      ),
  );
  if (options.looseCommands) await trickle(log, commands.loose, random);
  await Promise.all(ingests.map((ingest) => ingest.ended));
  await settle(log, progress, stages);
  await Promise.all(stages.map((stage) => stage.end()));
  return log;
}

/** A service that dies at random instants and is started again, until it has died often enough. */
class Life {
  readonly ended: Promise<void>;
  #deathsLeft: number;
  #current: RunningService | null = null;
  #ending = false;

  constructor(
    log: Log,
    deaths: number,
    random: SeededRandom,
    progress: Progress,
    start: (log: Log) => Promise<RunningService>,
  ) {
    this.#deathsLeft = deaths;
    this.ended = this.#live(log, random, progress, start);
    // A failure shows where `ended` is awaited; until then it must not be taken for unhandled.
    this.ended.catch(() => {});
  }

  async end(): Promise<void> {
    this.#ending = true;
    await this.#current?.stop();
    await this.ended;
  }

  async #live(
    log: Log,
    random: SeededRandom,
    progress: Progress,
    start: (log: Log) => Promise<RunningService>,
  ): Promise<void> {
    while (!this.#ending) {
      const operations = this.#deathsLeft-- > 0 ? 1 + random.below(80) : Infinity;
      const view = new CrashingLog(log, operations, random, progress);
      try {
        this.#current = await start(view);
        await this.#current.finished;
        return;
      } catch (error) {
        if (!(error instanceof SimulatedCrash)) throw error;
        await view.bury();
      }
    }
  }
}

async function trickle(
  log: Log,
  commands: ReturnType<typeof scriptedCommands>['loose'],
  random: SeededRandom,
): Promise<void> {
  for (const command of commands) {
    for (let turns = random.below(40); turns > 0; turns--) await new Promise(setImmediate);
    await log.append([command]);
  }
}

/** Waits until both stages have committed everything there is. A stage that failed ends the wait with its error. */
async function settle(log: Log, progress: Progress, stages: readonly Life[]): Promise<void> {
  const done = async (group: string, topic: string): Promise<boolean> => {
    for (let partition = 0; partition < partitions; partition++) {
      const { end } = await log.range(topic, partition);
      if ((progress.get(`${group}/${topic}/${partition}`) ?? 0) < end) return false;
    }
    return true;
  };
  const failed = Promise.race(stages.map((stage) => stage.ended));
  while (!((await done('scorer', topics.telemetry.name)) && (await done('annunciator', topics.scores.name)))) {
    await Promise.race([failed, new Promise((resolve) => setTimeout(resolve, 1))]);
  }
}
