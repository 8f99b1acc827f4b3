import type { Command } from 'commander';
import type { Bundle } from '../../pipelines/autoencoders/bundle.ts';
import { CupolaError } from '../../pipelines/errors.ts';
import type { ScoringRuntime, TrainingProgress } from '../../pipelines/ports.ts';
import type { FitPorts } from '../../pipelines/training/fit-bundle.ts';
import type { ChosenArchitecture } from '../host/fit-on-telemetry.ts';
import type { SimulatedChoice, TelemetryChoice } from '../host/model-telemetry.ts';
import { interruption } from './interruption.ts';
import { jsonObject } from './json-object.ts';
import { timeText, type OutputOptions } from './output.ts';
import { Progress } from './progress.ts';
import {
  addStoredModelOptions,
  addTelemetryOptions,
  neededTelemetry,
  type StoredModelOptions,
  type TelemetryOptions,
} from './telemetry-options.ts';
import { wholeNumber } from './whole-number.ts';

/** What a command takes that tries a model on telemetry: a stored one, or one that it trains on a simulated stream first. */
export interface ModelUnderTestOptions extends OutputOptions, StoredModelOptions, TelemetryOptions {
  readonly stream?: string;
  readonly trainingOrbits: string;
  readonly architecture: string;
  readonly settings: string;
}

export function addModelUnderTestOptions(command: Command): Command {
  return addTelemetryOptions(addStoredModelOptions(command))
    .argument('[version]', 'a stored model, as `cupola models list` or `cupola train` shows it')
    .option('--stream <stream>', 'without a version: train on this stream of the simulated station first')
    .option('--training-orbits <number>', 'with --stream: of how much telemetry; what is measured comes after it', '8')
    .option('--architecture <name>', 'with --stream: as `cupola models architectures` shows it', 'dense')
    .option('--settings <json>', 'with --stream: its settings, such as \'{"code": 4}\'', '{}')
    .option('--json', 'print JSON on one line');
}

/** What the options come to: a model, or how to come by one, and the telemetry to try it on. */
export type TrialPlan =
  | { readonly choice: TelemetryChoice; readonly version: string; readonly place: StoredModelOptions }
  | {
      readonly choice: SimulatedChoice;
      readonly stream: string;
      readonly trainingOrbits: number;
      readonly architecture: ChosenArchitecture;
    };

/** Errors: CUPOLA_USAGE_INVALID. */
export function trialPlan(version: string | undefined, options: ModelUnderTestOptions): TrialPlan {
  const choice = neededTelemetry(options);
  const { stream, trainingOrbits, architecture: name, settings } = options;
  if (version !== undefined) {
    if (stream !== undefined) throw unusable('--stream', 'left out with a version');
    return { choice, version, place: options };
  }
  if (stream === undefined || 'dataset' in choice)
    throw unusable('version', 'a stored model, or --stream and --simulate given in its place');
  const architecture = { name, settings: jsonObject('--settings', settings) };
  return { choice, stream, trainingOrbits: wholeNumber('--training-orbits', trainingOrbits, 1), architecture };
}

/** A model, and the telemetry to try it on. */
interface ModelUnderTest {
  readonly bundle: Bundle;
  readonly choice: TelemetryChoice;
}

/**
 * Tries the model of a plan on its telemetry; an interruption calls it off.
 *
 * Errors: CUPOLA_MODEL_UNKNOWN; those of the fit and of the trial.
 */
export async function tryModelOf<Report>(
  plan: TrialPlan,
  attempt: (model: ModelUnderTest, runtime: ScoringRuntime, signal: AbortSignal) => Promise<Report>,
): Promise<Report> {
  const { openFitPorts, closeFitPorts } = await import('../host/fit-ports.ts');
  const ending = new AbortController();
  void interruption().then(() => ending.abort());
  const ports = await openFitPorts();
  try {
    return await attempt(await modelUnderTest(plan, ports, ending.signal), ports.runtime, ending.signal);
  } finally {
    await closeFitPorts(ports);
  }
}

/** What a report's figures are of, in words. */
export function triedOn({
  modelVersion,
  fromMs,
  intervalMs,
  rows,
  seenInTraining,
}: {
  readonly modelVersion: string;
  readonly fromMs: number;
  readonly intervalMs: number;
  readonly rows: number;
  readonly seenInTraining: boolean;
}): string {
  const seen = seenInTraining ? 'trained on some of them' : 'none of them seen in training';
  return `${modelVersion} on ${rows} rows, ${timeText(fromMs)} to ${timeText(fromMs + rows * intervalMs)} (${seen})`;
}

async function modelUnderTest(plan: TrialPlan, ports: FitPorts, signal: AbortSignal): Promise<ModelUnderTest> {
  if ('version' in plan) {
    const { storedModel } = await import('../host/stored-model.ts');
    return { bundle: await storedModel(plan.version, plan.place), choice: plan.choice };
  }
  const { choice, stream, trainingOrbits, architecture } = plan;
  const { modelTelemetry, simulatedDefinition } = await import('../host/model-telemetry.ts');
  const { fitOnTelemetry } = await import('../host/fit-on-telemetry.ts');
  const definition = simulatedDefinition(stream);
  const progress = new Progress();
  progress.show(`simulating ${stream}`);
  const samples = await modelTelemetry(definition, { ...choice, orbits: trainingOrbits }, signal);
  const onEpoch = ({ epoch, maxEpochs }: TrainingProgress): void =>
    progress.show(`training on ${stream}, epoch ${epoch} of ${maxEpochs}`);
  const bundle = await fitOnTelemetry(definition, samples, architecture, ports, {}, onEpoch, signal).finally(() =>
    progress.end(),
  );
  return { bundle, choice: { ...choice, orbits: trainingOrbits + choice.orbits } };
}

function unusable(field: string, bound: string): CupolaError {
  return new CupolaError('CUPOLA_USAGE_INVALID', `${field} must be ${bound}`, { field, bound });
}
