import { resolve } from 'node:path';
import type { CupolaError } from '../../pipelines/errors.ts';
import type { Clock } from '../../pipelines/ports.ts';
import { systemClock } from '../adapters/system-clock.ts';
import { startAnnunciator } from '../annunciator/annunciator.ts';
import { startConsole } from '../console/console.ts';
import { startIngest } from '../ingest/ingest.ts';
import { startRecorder } from '../recorder/recorder.ts';
import { startScorer } from '../scorer/scorer.ts';
import type { RunningService } from '../service.ts';
import type { Source } from '../sources/source.ts';
import type { ReportSource } from '../sources/source-report.ts';
import { startTrainer } from '../trainer/trainer.ts';
import type { FitReport, TrainerOptions } from '../trainer/trainer-ports.ts';
import { loggedReports } from './adapter-reports.ts';
import { openAdapters, type Adapters } from './adapters.ts';
import { commitIntervalMs } from './open-log.ts';
import { serviceNames, type Config, type ServiceName } from './config-schema.ts';
import { consolePage } from './console-page.ts';
import type { Logger } from './logger.ts';
import { startMaintenance } from './maintenance.ts';
import { openMetrics } from './open-history.ts';
import { ServiceGroup } from './service-group.ts';
import { settle } from './settle.ts';
import { openSources, type OpenedSources } from './sources.ts';
import { firstFits } from './training-hold.ts';

const settleAtMostMs = 60_000;
const metricsEveryMs = 5000;
/** How much station time telemetry may be under way, loss of signal included. */
const arrivalMarginMs = 1_800_000;

export interface HostOptions {
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Ends a simulated station when so many seconds, at its speed, have followed its history. */
  readonly liveSeconds?: number | undefined;
}

/** Services in one process, as a configuration says. */
export interface Host {
  readonly adapters: Adapters;
  readonly sources: OpenedSources;
  /** Where the console is; null where none runs. */
  readonly url: string | null;
  /** Resolves when every source has come to its end; a live one never does. */
  readonly sourcesEnded: Promise<unknown>;
  /** Rejects with the first failure of a service, and never resolves. */
  readonly failed: Promise<never>;
  /** Ends the sources and waits until what they gave is scored, judged and recorded. */
  settle(): Promise<void>;
  /** Ends sources, then services in the way of the data, then closes the adapters. What was committed is kept. */
  stop(): Promise<void>;
}

/**
 * Starts the services that a configuration names, each before what feeds it.
 *
 * Errors: CUPOLA_CONFIG_INVALID, CUPOLA_DATA_DIR_UNUSABLE, CUPOLA_LOG_IN_USE, CUPOLA_PORT_IN_USE, those of data sets.
 */
export async function startHost(config: Config, options: HostOptions): Promise<Host> {
  const { clock = systemClock, logger } = options;
  const report: ReportSource = ({ source, isWell, message }) => logger[isWell ? 'info' : 'warn']({ source }, message);
  const sources = await openSources(config, { clock, report, liveSeconds: options.liveSeconds });
  const adapters = await openAdapters(config, clock, loggedReports(logger));
  const starting = new Starting(config, adapters, sources, logger);
  try {
    await starting.start();
  } catch (error) {
    await starting.stop();
    throw error;
  }
  logger.info({ dataDir: resolve(config.dataDir), services: starting.names }, 'started');
  return starting;
}

/** A host from its first service on. */
class Starting implements Host {
  readonly adapters: Adapters;
  readonly sources: OpenedSources;
  url: string | null = null;
  sourcesEnded: Promise<unknown> = Promise.resolve();
  readonly #config: Config;
  readonly #logger: Logger;
  readonly #group: ServiceGroup;
  readonly #ingests = new Set<RunningService>();
  readonly #holding = new AbortController();
  /** Streams whose fit came to nothing. */
  readonly #unfit = new Set<string>();
  #stopped: Promise<void> | null = null;

  constructor(config: Config, adapters: Adapters, sources: OpenedSources, logger: Logger) {
    this.#config = config;
    this.adapters = adapters;
    this.sources = sources;
    this.#logger = logger;
    this.#group = new ServiceGroup(logger);
  }

  get failed(): Promise<never> {
    return this.#group.failed;
  }

  get names(): readonly ServiceName[] {
    const { services, training } = this.#config;
    return serviceNames.filter((name) => services.includes(name) && (name !== 'trainer' || training.enabled));
  }

  async start(): Promise<void> {
    const { log, history, clock } = this.adapters;
    const { maintainEveryMs: everyMs } = this.#config.log;
    const keepHistoryMs = this.#config.history.keepMs;
    this.#group.add(startMaintenance({ log, history }, clock, { everyMs, keepHistoryMs }));
    if (this.names.includes('trainer')) this.#holdForFirstFits();
    for (const name of this.names) await this.#startService(name);
    this.sourcesEnded = Promise.all([...this.#ingests].map(({ finished }) => finished));
    // Its failures are in `failed`.
    this.sourcesEnded.catch(() => undefined);
  }

  async #startService(name: ServiceName): Promise<void> {
    const { adapters } = this;
    const { log } = this.#config;
    const { maxRecords, snapshotEveryRecords } = log;
    const report = (error: CupolaError): void => this.#reportStopped(error);
    const stage = { maxRecords, snapshotEveryRecords, commitIntervalMs: commitIntervalMs(log), report };
    switch (name) {
      case 'console':
        return this.#startConsole();
      case 'recorder':
        return this.#startRecorder(maxRecords);
      case 'annunciator':
        return this.#group.add(await startAnnunciator(adapters, stage));
      case 'scorer':
        return this.#group.add(await startScorer(adapters, stage));
      case 'trainer':
        return this.#startTrainer();
      case 'ingest':
        for (const source of this.sources.sources) await this.#startIngest(source);
    }
  }

  async #startRecorder(maxRecords: number): Promise<void> {
    const { adapters } = this;
    const record = await openMetrics(this.#config);
    const metrics = record && { clock: adapters.clock, everyMs: metricsEveryMs, record };
    this.#group.add(await startRecorder(adapters, { maxRecords, metrics }));
  }

  #reportStopped(error: CupolaError): void {
    this.#logger.error({ code: error.code, err: error }, error.message);
  }

  async #startConsole(): Promise<void> {
    const { log, history, bundles, clock, runtime } = this.adapters;
    const report = (error: unknown): void =>
      this.#logger.warn({ service: 'console', err: error }, 'console went on after an error');
    const assets = await consolePage(this.#config.dataDir);
    const possibleFaults = this.sources.simulator?.possibleFaults ?? new Map();
    const ports = { log, history, bundles, clock, runtime };
    const service = await startConsole({ ...ports, ...this.#config.console, possibleFaults, assets, report });
    this.url = service.url;
    this.#group.add(service);
  }

  /**
   * Faults come at the same station time whatever training takes: the simulated station waits for its first models, if
   * they are due by then.
   */
  #holdForFirstFits(): void {
    const { log, clock } = this.adapters;
    const { simulator, streams } = this.sources;
    if (!simulator) return;
    const { epochMs, firstFaultMs } = simulator.scenario;
    const isDue = (firstFaultMs ?? -Infinity) - epochMs >= this.#config.training.firstFitAfterMs + arrivalMarginMs;
    if (isDue) simulator.holdBeforeFirstFault(firstFits(log, streams, this.#unfit, clock, this.#holding.signal));
  }

  async #startTrainer(): Promise<void> {
    const backend = await this.adapters.trainingBackend();
    this.#group.add(await startTrainer({ ...this.adapters, backend }, this.#trainerOptions()));
  }

  #trainerOptions(): TrainerOptions {
    const { training, thresholds } = this.#config;
    const { architecture, seed, batchSize, learningRate, maxEpochs, patience, maxSeconds, guard, ...others } = training;
    const { scoring: rule, ...policy } = others;
    const threshold = thresholds.default;
    const scoring = rule === null ? undefined : { rule };
    return {
      ...policy,
      guard: guard.enabled ? guard : null,
      screenFirstFit: guard.screenFirstFit,
      fit: { architecture, scoring, seed, batchSize, learningRate, maxEpochs, patience, maxSeconds, threshold },
      onFit: (report) => this.#reportFit(report),
    };
  }

  #reportFit({ stream, modelVersion, declinedBecause, trigger, seconds, progress, error }: FitReport): void {
    if (modelVersion === null) this.#unfit.add(stream);
    const fields = { service: 'trainer', stream, modelVersion, trigger, seconds, epochs: progress?.epoch };
    if (declinedBecause !== null) this.#logger.info(fields, `trained, and declined: ${declinedBecause}`);
    else if (error) this.#logger.warn({ ...fields, code: error.code }, `not trained: ${error.message}`);
    else this.#logger.info(fields, 'trained');
  }

  async #startIngest(source: Source): Promise<void> {
    const service = await startIngest(this.adapters, source, loggedReports(this.#logger).log);
    this.#ingests.add(service);
    this.#group.add(service);
  }

  async settle(): Promise<void> {
    await this.#stopIngests();
    const { log, history, clock } = this.adapters;
    const recorded = this.names.includes('recorder') ? history : null;
    if (!(await settle(log, recorded, clock, settleAtMostMs)))
      this.#logger.warn('what was read is not all scored and recorded yet');
  }

  async #stopIngests(): Promise<void> {
    this.#holding.abort();
    await this.#group.stop((service) => this.#ingests.has(service));
  }

  stop(): Promise<void> {
    return (this.#stopped ??= this.#stopAll());
  }

  async #stopAll(): Promise<void> {
    await this.#stopIngests();
    await this.#group.stop();
    await this.adapters.close();
    this.#logger.info('stopped');
  }
}
