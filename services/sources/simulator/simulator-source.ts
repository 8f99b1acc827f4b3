import type { InjectFaultCommand } from '../../../pipelines/commands.ts';
import { CupolaError } from '../../../pipelines/errors.ts';
import type { Clock } from '../../../pipelines/ports.ts';
import type { StreamDefinition } from '../../../pipelines/telemetry/stream-definition.ts';
import type { FaultTruth } from '../../../pipelines/truth.ts';
import type { Source, SourceChunk } from '../source.ts';
import { commandedFault } from './faults/commanded-fault.ts';
import { FaultPlan } from './faults/fault-plan.ts';
import { faultTruth } from './faults/fault.ts';
import { possibleFaults } from './faults/possible-faults.ts';
import { Pace } from './pace.ts';
import { SampleColumns } from './sample-columns.ts';
import { scenarioOf, stepAt } from './scenario.ts';
import type { Scenario, ScenarioChoices } from './scenario.ts';
import { Anchors, parsePosition, stepForward } from './simulator-position.ts';
import { stepMs } from './station.ts';
import { stationDefinitions } from './station-streams.ts';
import { stationChannelIds, TelemetryGenerator } from './telemetry-generator.ts';

export interface SimulatorOptions extends ScenarioChoices {
  readonly clock: Clock;
  /** Also the name that its streams give as their source; `simulator` by default. */
  readonly name?: string;
  /** Simulated seconds in a second, after the history; 60 by default, Infinity for as fast as it is read. */
  readonly speed?: number;
  /** Event time at which the source ends; never by default. */
  readonly endAtMs?: number;
  /** Simulated time between ticks, after the history; 20 s by default. */
  readonly tickIntervalMs?: number;
  /** Simulated time in a chunk of live telemetry; 5 s by default. */
  readonly chunkMs?: number;
}

/** Steps between ticks of the history, and in a chunk of it: few and large ones cost ingest and what follows it least. */
const historyTickSteps = 300_000 / stepMs;

/**
 * A simulated station as a source. Seed and scenario decide every sample, tick and truth; speed, chunks, holds and
 * resumption change only when and in what portions they come.
 */
export class SimulatorSource implements Source {
  readonly name: string;
  readonly scenario: Scenario;
  /** What injectFault() takes. */
  readonly possibleFaults = possibleFaults;
  readonly #options: SimulatorOptions;
  readonly #tickSteps: number;
  readonly #chunkSteps: number;
  #plan: FaultPlan;
  /** The step that the reader has not been given yet. */
  #nextStep = 0;
  /** Truth of commanded faults, for the next chunk to bring. */
  readonly #untold: FaultTruth[] = [];
  #hold: Promise<unknown> | null = null;
  #wasRead = false;

  /** Errors: CUPOLA_CONFIG_INVALID. */
  constructor(options: SimulatorOptions) {
    this.name = options.name ?? 'simulator';
    this.scenario = scenarioOf(options);
    this.#options = options;
    this.#tickSteps = wholeSteps('tickIntervalMs', options.tickIntervalMs ?? 20_000);
    this.#chunkSteps = wholeSteps('chunkMs', options.chunkMs ?? stepMs);
    this.#plan = scheduled(this.scenario);
  }

  /** Event time at which the history ends and pacing begins. */
  get historyEndMs(): number {
    return this.scenario.epochMs + this.scenario.historyMs;
  }

  async definitions(): Promise<readonly StreamDefinition[]> {
    return stationDefinitions(this.name);
  }

  /** Lets simulated time stop just before the first fault until the promise settles. Content does not change. */
  holdBeforeFirstFault(untilReleased: Promise<unknown>): void {
    this.#hold = untilReleased.catch(() => {});
  }

  /** Adds a fault to what is to come; never to the history, which is to train on. Errors: CUPOLA_FAULT_IMPOSSIBLE. */
  injectFault(command: InjectFaultCommand): void {
    const { epochMs } = this.scenario;
    const fault = commandedFault(command, epochMs, Math.max(this.#nextStep, stepAt(this.scenario, this.historyEndMs)));
    if (this.#plan.command(fault)) this.#untold.push(faultTruth(fault, epochMs));
  }

  /** Errors: CUPOLA_SCENARIO_CHANGED, at once. */
  read(position: unknown, signal: AbortSignal): AsyncIterable<SourceChunk> {
    return this.#chunks(this.#begin(position), signal);
  }

  async *#chunks({ generator, anchors }: Generation, signal: AbortSignal): AsyncIterable<SourceChunk> {
    const pace = new Pace(this.#options.clock, this.#options.speed ?? 60);
    const endStep = this.#options.endAtMs === undefined ? Infinity : stepAt(this.scenario, this.#options.endAtMs);
    while (generator.step < endStep && !signal.aborted) {
      const fromMs = this.#timeAt(generator.step);
      if (fromMs >= (this.scenario.firstFaultMs ?? Infinity)) await this.#held(pace, signal);
      const toStep = Math.min(endStep, this.#chunkEnd(generator.step));
      if (fromMs >= this.historyEndMs) await pace.wait(fromMs, this.#timeAt(toStep), signal);
      if (!signal.aborted) yield this.#chunk(generator, anchors, toStep);
    }
  }

  #begin(stored: unknown): Generation {
    const position = parsePosition(stored, this.scenario);
    if (this.#wasRead) {
      // What was commanded after that position will be commanded again.
      this.#plan = scheduled(this.scenario);
      this.#untold.length = 0;
    }
    this.#wasRead = true;
    const plan = this.#plan;
    for (const fault of position?.commanded ?? []) plan.command(fault);
    const settings = { ...this.scenario, faultsAt: (step: number) => plan.at(step) };
    const generator = position
      ? new TelemetryGenerator(settings, position.anchor)
      : TelemetryGenerator.fromStart(settings);
    const anchors = new Anchors(this.scenario, plan, generator.lagging);
    stepForward(generator, position?.step ?? 0, anchors);
    this.#nextStep = generator.step;
    return { generator, anchors };
  }

  async #held(pace: Pace, signal: AbortSignal): Promise<void> {
    if (this.#hold === null) return;
    const { promise: aborted, resolve } = Promise.withResolvers<void>();
    signal.addEventListener('abort', () => resolve(), { once: true });
    if (!signal.aborted) await Promise.race([this.#hold, aborted]);
    this.#hold = null;
    pace.restart();
  }

  /** Chunks end on ticks at the latest, and where history ends and faults begin. */
  #chunkEnd(step: number): number {
    const { firstFaultMs } = this.scenario;
    const historyEnd = stepAt(this.scenario, this.historyEndMs);
    const ends =
      step < historyEnd
        ? [nextMultiple(step, historyTickSteps)]
        : [nextMultiple(step, this.#chunkSteps), nextMultiple(step, this.#tickSteps)];
    const borders = [historyEnd, firstFaultMs === null ? 0 : stepAt(this.scenario, firstFaultMs)];
    return Math.min(...ends, ...borders.filter((border) => border > step));
  }

  #chunk(generator: TelemetryGenerator, anchors: Anchors, toStep: number): SourceChunk {
    const arriving = new SampleColumns();
    const truth = this.#untold.splice(0);
    while (generator.step < toStep) {
      const { step } = generator;
      for (const fault of this.#plan.scheduledFor(step)) truth.push(faultTruth(fault, this.scenario.epochMs));
      anchors.notice(generator);
      generator.advance(arriving);
    }
    this.#nextStep = toStep;
    const toMs = this.#timeAt(toStep);
    return {
      samples: arriving.toSamples(stationChannelIds),
      rejected: [],
      truth,
      ingestTimeMs: toMs,
      tickTimeMs: toStep % (toMs > this.historyEndMs ? this.#tickSteps : historyTickSteps) === 0 ? toMs : null,
      position: anchors.position(toStep),
    };
  }

  #timeAt(step: number): number {
    return this.scenario.epochMs + step * stepMs;
  }
}

/** What is being read: telemetry from a position on, and what the positions in it are built on. */
interface Generation {
  readonly generator: TelemetryGenerator;
  readonly anchors: Anchors;
}

function scheduled(scenario: Scenario): FaultPlan {
  const { seed, firstFaultMs } = scenario;
  return new FaultPlan(seed, firstFaultMs === null ? null : stepAt(scenario, firstFaultMs));
}

function nextMultiple(step: number, of: number): number {
  return (Math.floor(step / of) + 1) * of;
}

function wholeSteps(field: string, durationMs: number): number {
  const bound = `a positive multiple of ${stepMs}`;
  if (durationMs > 0 && durationMs % stepMs === 0) return durationMs / stepMs;
  throw new CupolaError('CUPOLA_CONFIG_INVALID', `simulator.${field} is ${durationMs}, must be ${bound}`, {
    field: `simulator.${field}`,
    value: durationMs,
    bound,
  });
}
