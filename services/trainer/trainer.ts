import { CupolaError } from '../../pipelines/errors.ts';
import type { FitTrigger } from '../../pipelines/fit-decision.ts';
import type { TimeRange } from '../../pipelines/ports.ts';
import type { RunningService } from '../service.ts';
import { DriftWatch } from './drift-watch.ts';
import { fitStream } from './fit-stream.ts';
import { keepCases } from './known-cases.ts';
import { KnownStreams, type KnownStream } from './known-streams.ts';
import { dueBecause } from './schedule.ts';
import { SuspicionWatch } from './suspicion-watch.ts';
import { scheduleOf, type FitReport, type TrainerOptions, type TrainerPorts } from './trainer-ports.ts';

/**
 * The trainer: it keeps what people judged, looks after the models that govern, and fits one stream at a time, from the
 * history to a bundle and a command. It writes nothing but bundles, cases and commands, so it can fail or stop at any time and
 * nothing is lost but the fit.
 */
export async function startTrainer(ports: TrainerPorts, options: TrainerOptions): Promise<RunningService> {
  const stopping = new AbortController();
  const finished = new Training(ports, options).run(stopping.signal);
  return {
    name: 'trainer',
    finished,
    async stop() {
      stopping.abort();
      await finished;
    },
  };
}

/** A fit that is due. */
interface DueFit {
  readonly known: KnownStream;
  readonly trigger: FitTrigger;
  readonly toMs: number;
}

class Training {
  readonly #ports: TrainerPorts;
  readonly #options: TrainerOptions;
  readonly #streams: KnownStreams;
  readonly #drift: DriftWatch;
  readonly #suspicion: SuspicionWatch;
  /** By stream and definition, up to which event time a fit was last tried that came to nothing. */
  readonly #triedToMs = new Map<string, number>();
  /** Wall time before which the budget allows no fit. */
  #restsUntilMs = -Infinity;

  constructor(ports: TrainerPorts, options: TrainerOptions) {
    this.#ports = ports;
    this.#options = options;
    this.#streams = new KnownStreams(ports.log, ports.bundles);
    this.#drift = new DriftWatch(ports);
    this.#suspicion = new SuspicionWatch(ports, options);
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#ports;
    while (!signal.aborted) {
      const due = await this.#look().catch(noneWhileAway);
      if (due && clock.nowMs() >= this.#restsUntilMs) await this.#fit(due, signal);
      else await clock.sleep(this.#options.checkEveryMs, signal);
    }
  }

  /** Looks after every stream; returns the first that is due. */
  async #look(): Promise<DueFit | null> {
    let due: DueFit | null = null;
    for (const known of await this.#streams.read()) {
      const schedule = scheduleOf(this.#options, known.definition.stream);
      const extent = await this.#ports.history.extent(known.definition.stream);
      if (!extent) continue;
      await this.#lookAfter(known, extent);
      const trigger = schedule && dueBecause(known, extent, schedule, this.#triedToMs.get(keyOf(known)));
      if (trigger) due ??= { known, trigger, toMs: extent.toMs };
    }
    return due;
  }

  async #lookAfter(known: KnownStream, extent: TimeRange): Promise<void> {
    await keepCases(this.#ports, known, extent);
    await this.#suspicion.look(known, extent);
    if (this.#options.refitOnDrift) await this.#drift.look(known, extent);
  }

  async #fit({ known, trigger, toMs }: DueFit, signal: AbortSignal): Promise<void> {
    const report: FitReport = await fitStream(this.#ports, this.#options, known, { trigger, toMs }, signal);
    if (signal.aborted) return;
    if (report.modelVersion === null) {
      // It is tried again with some more telemetry, not with the same.
      known.asked = null;
      this.#triedToMs.set(keyOf(known), toMs);
    } else known.trained(toMs);
    const { maxBusyShare } = this.#options;
    this.#restsUntilMs = this.#ports.clock.nowMs() + report.seconds * 1000 * (1 / maxBusyShare - 1);
    this.#options.onFit(report);
  }
}

function keyOf({ definition }: KnownStream): string {
  return `${definition.stream}@${definition.version}`;
}

/** Nobody is in a hurry for a fit: while the history's server is away, none is due. */
function noneWhileAway(error: unknown): null {
  if (error instanceof CupolaError && error.code === 'CUPOLA_HISTORY_UNAVAILABLE') return null;
  throw error;
}
