import { CupolaError } from '../../../pipelines/errors.ts';
import type { Fault } from './faults/fault.ts';
import type { FaultPlan } from './faults/fault-plan.ts';
import { lossOfSignalNear } from './loss-of-signal.ts';
import { SampleColumns } from './sample-columns.ts';
import type { Scenario } from './scenario.ts';
import { decouplingLagSteps, TelemetryGenerator } from './telemetry-generator.ts';
import type { Station } from './station.ts';

/**
 * Where the simulator is to go on, as JSON. A generator is built on an earlier station, from before whatever was at work
 * at `step`, and steps forward to it: so faults, delayed samples and recorded ones need not be kept.
 */
export interface SimulatorPosition {
  readonly scenario: Scenario;
  /** The step that comes next. */
  readonly step: number;
  readonly anchor: Station;
  readonly commanded: readonly Fault[];
}

/** How far apart stations are kept as anchors. */
const anchorEverySteps = 360;

/** Remembers the stations that a restart can build on. */
export class Anchors {
  readonly #scenario: Scenario;
  readonly #plan: FaultPlan;
  /** Oldest first; the first is old enough for the present. */
  #kept: Station[];

  constructor(scenario: Scenario, plan: FaultPlan, first: Station) {
    this.#scenario = scenario;
    this.#plan = plan;
    this.#kept = [first];
  }

  /** To be called before every step. */
  notice(generator: TelemetryGenerator): void {
    if (generator.step % anchorEverySteps === 0) this.#kept.push(generator.lagging);
  }

  /** The position before a step. */
  position(step: number): SimulatorPosition {
    const since = this.#undisturbedSince(step);
    const newest = this.#kept.findLastIndex((anchor) => firstStepOn(anchor) <= since);
    this.#kept = this.#kept.slice(Math.max(0, newest));
    const anchor = this.#kept[0]!;
    return { scenario: this.#scenario, step, anchor, commanded: this.#plan.commandedSince(firstStepOn(anchor)) };
  }

  /** The latest step from which a generator that knows nothing of before gives what is to come at `step`. */
  #undisturbedSince(step: number): number {
    const starts = this.#plan.at(step - 1).map(({ startStep }) => startStep);
    const { startStep, dumpStep } = lossOfSignalNear(this.#scenario.seed, step);
    const recording = this.#scenario.lossOfSignal && step > startStep && step <= dumpStep;
    // One step more: a generator's first step lacks the value before it and the samples that were on their way.
    return Math.min(step, ...starts, recording ? startStep : step) - 1;
  }
}

function firstStepOn(anchor: Station): number {
  return anchor.step + decouplingLagSteps + 1;
}

/** The position that a stored one stands for. Errors: CUPOLA_SCENARIO_CHANGED. */
export function parsePosition(stored: unknown, scenario: Scenario): SimulatorPosition | null {
  if (stored === null) return null;
  // Written by position() above and kept in the log: its shape is trusted, its scenario is not.
  const position = stored as SimulatorPosition;
  for (const field of Object.keys(scenario) as (keyof Scenario)[]) {
    const [was, value] = [position.scenario[field], scenario[field]];
    if (was === value) continue;
    const bound = `${was}, as when it began`;
    throw new CupolaError('CUPOLA_SCENARIO_CHANGED', `simulator.${field} is ${value}, must be ${bound}`, {
      field: `simulator.${field}`,
      value,
      bound,
    });
  }
  return position;
}

/** Steps forward to a position, giving nothing. */
export function stepForward(generator: TelemetryGenerator, step: number, anchors: Anchors): void {
  while (generator.step < step) {
    anchors.notice(generator);
    generator.advance(new SampleColumns());
  }
}
