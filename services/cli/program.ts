import { Command, CommanderError } from 'commander';
import packageFile from '../../package.json' with { type: 'json' };
import { CupolaError } from '../../pipelines/errors.ts';
import { addAnomalies } from './commands/anomalies.ts';
import { addConfig } from './commands/config.ts';
import { addDenoise } from './commands/denoise.ts';
import { addDoctor } from './commands/doctor.ts';
import { addDrift } from './commands/drift.ts';
import { addEvaluate } from './commands/evaluate.ts';
import { addExport } from './commands/export.ts';
import { addFaults } from './commands/faults.ts';
import { addImpute } from './commands/impute.ts';
import { addInflux } from './commands/influx.ts';
import { addModels } from './commands/models.ts';
import { addReplay } from './commands/replay.ts';
import { addSimulate } from './commands/simulate.ts';
import { addStart } from './commands/start.ts';
import { addStreams } from './commands/streams.ts';
import { addThresholds } from './commands/thresholds.ts';
import { addTopics } from './commands/topics.ts';
import { addTrain } from './commands/train.ts';
import { addTuneModel } from './commands/tune-model.ts';
import { addVerdicts } from './commands/verdicts.ts';
import { exitCodeOf, exitCodesText } from './exit-codes.ts';
import { failureOf, failureText } from './failure.ts';

/**
 * Runs a command line (without `node` and the script) and returns its exit code. Results go to standard output, all else
 * to standard error.
 */
export async function runCli(argv: readonly string[]): Promise<number> {
  try {
    await buildProgram().parseAsync(argv, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    return reportFailure(error instanceof CommanderError ? usageError(error) : error, argv);
  }
}

/** Every command. */
export function buildProgram(): Command {
  const program = new Command('cupola')
    .description('Watches streams of spacecraft telemetry and says when the craft stops behaving as it normally does.')
    .version(packageFile.version)
    .option('--debug', 'show where in the code an error came from')
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .helpCommand(false)
    .addHelpText('afterAll', `\n${exitCodesText()}`);
  for (const add of [
    addStart,
    addSimulate,
    addReplay,
    addEvaluate,
    addTrain,
    addTuneModel,
    addDenoise,
    addImpute,
    addStreams,
    addModels,
    addExport,
    addThresholds,
    addAnomalies,
    addVerdicts,
    addDrift,
    addTopics,
    addFaults,
    addConfig,
    addInflux,
    addDoctor,
  ])
    add(program);
  return program;
}

function reportFailure(error: unknown, argv: readonly string[]): number {
  const failure = failureOf(error);
  process.stderr.write(`${argv.includes('--json') ? JSON.stringify({ error: failure }) : failureText(failure)}\n`);
  if (argv.includes('--debug') && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return exitCodeOf(failure.code);
}

/** Commander's own words, in our shape. Without a command it has shown the help. */
function usageError({ code, message }: CommanderError): CupolaError {
  const detail =
    code === 'commander.help' ? 'a command is missing' : message.replace(/^error: /, '').replace(/\n/g, ' ');
  return new CupolaError('CUPOLA_USAGE_INVALID', detail);
}
