import { z } from 'zod';
import { CupolaError } from '../../../pipelines/errors.ts';
import { stepMs } from './station.ts';
import { streamTiming } from './station-streams.ts';
import { orbitPeriodS } from './subsystems/orbit.ts';

/** 5 January 2026, 00:00 UTC: a Monday, and a whole number of strides since the epoch. */
const defaultEpochMs = Date.UTC(2026, 0, 5);

const wholeStrides = z
  .number()
  .refine((value) => value % streamTiming.strideMs === 0, `must be a multiple of ${streamTiming.strideMs}`);

/** What decides the telemetry, to the bit. */
export const scenarioSchema = z.strictObject({
  seed: z.int().min(0),
  /** Event time of step 0. */
  epochMs: wholeStrides,
  /** Telemetry without faults that comes first, to train on. */
  historyMs: wholeStrides,
  /** No scheduled fault begins before; null for none at all. */
  firstFaultMs: wholeStrides.nullable(),
  lossOfSignal: z.boolean(),
});

/** See {@link scenarioSchema}. */
export type Scenario = z.output<typeof scenarioSchema>;

/** What a caller may choose of a scenario. */
export interface ScenarioChoices {
  readonly seed: number;
  readonly epochMs?: number;
  /** 12 by default. */
  readonly historyOrbits?: number;
  /** Live telemetry before the first fault can come; an hour by default. */
  readonly quietMs?: number;
  readonly faults?: boolean;
  readonly lossOfSignal?: boolean;
}

/** A scenario, with spans rounded up to whole strides. Errors: CUPOLA_CONFIG_INVALID. */
export function scenarioOf(choices: ScenarioChoices): Scenario {
  const { seed, epochMs = defaultEpochMs, historyOrbits = 12, quietMs = 60 * 60_000 } = choices;
  const historyMs = inStrides(historyOrbits * orbitPeriodS * 1000);
  const parsed = scenarioSchema.safeParse({
    seed,
    epochMs,
    historyMs,
    firstFaultMs: (choices.faults ?? true) ? epochMs + historyMs + inStrides(quietMs) : null,
    lossOfSignal: choices.lossOfSignal ?? true,
  });
  if (parsed.success) return parsed.data;
  const { path, message: bound } = parsed.error.issues[0]!;
  const field = `simulator.${path.join('.')}`;
  throw new CupolaError('CUPOLA_CONFIG_INVALID', `${field}: ${bound}`, { field, value: choices, bound });
}

function inStrides(durationMs: number): number {
  return Math.ceil(durationMs / streamTiming.strideMs) * streamTiming.strideMs;
}

/** Steps from the scenario's start to an event time; part of a step counts as a whole one. */
export function stepAt(scenario: Scenario, timeMs: number): number {
  return Math.ceil((timeMs - scenario.epochMs) / stepMs);
}
