import type { Command } from 'commander';
import { CupolaError } from '../../pipelines/errors.ts';
import type { TelemetryChoice } from '../host/model-telemetry.ts';
import { wholeNumber } from './whole-number.ts';

/** What every command takes that puts telemetry through a model. */
export interface TelemetryOptions {
  readonly dataset?: string;
  readonly data?: string;
  readonly channel?: string;
  readonly simulate?: string;
  readonly orbits: string;
}

/** What every command takes that uses a stored model. */
export interface StoredModelOptions {
  readonly models?: string;
  readonly config?: string;
}

export function addTelemetryOptions(command: Command): Command {
  return command
    .option('--dataset <name>', 'telemetry of this data set')
    .option('--data <folder>', 'with --dataset: the folder that holds it, or one that holds it among others')
    .option('--channel <name>', "with --dataset: channel, machine or series (default: the model's stream)")
    .option('--simulate <seed>', 'telemetry of the simulated station of this seed, without faults')
    .option('--orbits <number>', 'with --simulate: how long it is', '2');
}

export function addStoredModelOptions(command: Command): Command {
  return command
    .option('--models <folder>', 'where models are stored (default: in the data folder)')
    .option('-c, --config <file>', 'configuration file, which names the data folder');
}

/** The telemetry that the options mean; null where they mean none. Errors: CUPOLA_USAGE_INVALID. */
export function telemetryChoice(options: TelemetryOptions): TelemetryChoice | null {
  const { dataset, data: dataDir, channel: member, simulate, orbits } = options;
  if (dataset !== undefined && simulate !== undefined) throw unusable('--simulate', 'left out with --dataset');
  if (simulate !== undefined)
    return { seed: wholeNumber('--simulate', simulate, 0), orbits: wholeNumber('--orbits', orbits, 1) };
  if (dataset === undefined) return null;
  if (dataDir === undefined) throw unusable('--data', 'given with --dataset');
  return { dataset, dataDir, ...(member !== undefined && { member }) };
}

/** As telemetryChoice; telemetry there must be. */
export function neededTelemetry(options: TelemetryOptions): TelemetryChoice {
  const choice = telemetryChoice(options);
  if (!choice) throw unusable('--dataset or --simulate', 'given: it says what telemetry');
  return choice;
}

function unusable(field: string, bound: string): CupolaError {
  return new CupolaError('CUPOLA_USAGE_INVALID', `${field} must be ${bound}`, { field, bound });
}
