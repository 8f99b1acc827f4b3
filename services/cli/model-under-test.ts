import type { Command } from 'commander';
import type { Bundle } from '../../pipelines/autoencoders/bundle.ts';
import { CupolaError } from '../../pipelines/errors.ts';
import type { FitPorts } from '../../pipelines/training/fit-bundle.ts';
import type { TelemetryChoice } from '../host/model-telemetry.ts';
import { jsonObject } from './json-object.ts';
import type { OutputOptions } from './output.ts';
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

/** The model that the options mean, and the telemetry to try it on. Errors: CUPOLA_USAGE_INVALID; those of the fit. */
export async function modelUnderTest(
  version: string | undefined,
  options: ModelUnderTestOptions,
  ports: FitPorts,
  signal: AbortSignal,
): Promise<{ readonly bundle: Bundle; readonly choice: TelemetryChoice }> {
  const choice = neededTelemetry(options);
  if (version !== undefined) {
    if (options.stream !== undefined) throw unusable('--stream', 'left out with a version');
    const { storedModel } = await import('../host/stored-model.ts');
    return { bundle: await storedModel(version, options), choice };
  }
  const { stream } = options;
  if (stream === undefined || 'dataset' in choice)
    throw unusable('version', 'a stored model, or --stream and --simulate given in its place');
  const { modelTelemetry, simulatedDefinition } = await import('../host/model-telemetry.ts');
  const { fitOnTelemetry } = await import('../host/fit-on-telemetry.ts');
  const trainingOrbits = wholeNumber('--training-orbits', options.trainingOrbits, 1);
  const definition = simulatedDefinition(stream);
  const architecture = { name: options.architecture, settings: jsonObject('--settings', options.settings) };
  const samples = await modelTelemetry(definition, { ...choice, orbits: trainingOrbits }, signal);
  const progress = new Progress();
  const onEpoch = ({ epoch, maxEpochs }: { epoch: number; maxEpochs: number }): void =>
    progress.show(`training on ${stream}, epoch ${epoch} of ${maxEpochs}`);
  const bundle = await fitOnTelemetry(definition, samples, architecture, ports, {}, onEpoch, signal).finally(() =>
    progress.end(),
  );
  return { bundle, choice: { ...choice, orbits: trainingOrbits + choice.orbits } };
}

function unusable(field: string, bound: string): CupolaError {
  return new CupolaError('CUPOLA_USAGE_INVALID', `${field} must be ${bound}`, { field, bound });
}
