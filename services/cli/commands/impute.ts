import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { CupolaError } from '../../../pipelines/errors.ts';
import type { ImputationError, ImputeReport } from '../../host/impute/impute-telemetry.ts';
import {
  addModelUnderTestOptions,
  trialPlan,
  triedOn,
  tryModelOf,
  type ModelUnderTestOptions,
} from '../model-under-test.ts';
import { examples, printResult, table } from '../output.ts';
import { wholeNumber } from '../whole-number.ts';

interface ImputeOptions extends ModelUnderTestOptions {
  readonly hide?: string;
  readonly gapRows: string;
  readonly seed: string;
  readonly csv?: string;
}

/** `cupola impute`: what a model puts where telemetry has gaps, and how far that is from what was there. */
export function addImpute(program: Command): void {
  addModelUnderTestOptions(
    program
      .command('impute')
      .description('Fill gaps of recorded or simulated telemetry from what its other channels say, by a model'),
  )
    .option('--hide <share>', 'hide this share of each channel and measure how far from it what is put there is')
    .option('--gap-rows <number>', 'with --hide: time steps in a row', '16')
    .option('--seed <number>', 'with --hide: of where', '1')
    .option('--csv <file>', 'write what was observed and what was put in gaps to this file as CSV')
    .addHelpText(
      'after',
      examples(
        'cupola impute --simulate 1 --stream atmosphere --hide 0.1',
        'cupola impute dense-0123456789ab --dataset smd --data data --channel machine-1-1 --hide 0.05 --gap-rows 8',
      ),
    )
    .addHelpText('after', '\nWhat is imputed is for looking at: the detector never sees it, and it is never scored.')
    .action(impute);
}

async function impute(version: string | undefined, options: ImputeOptions): Promise<void> {
  const hiding =
    options.hide === undefined
      ? null
      : {
          share: shareOf(options.hide),
          gapRows: wholeNumber('--gap-rows', options.gapRows, 1),
          seed: wholeNumber('--seed', options.seed, 0),
        };
  const plan = trialPlan(version, options);
  const { imputeTelemetry, imputedCsv } = await import('../../host/impute/impute-telemetry.ts');
  const report = await tryModelOf(plan, ({ bundle, choice }, runtime, signal) =>
    imputeTelemetry(bundle, choice, hiding, runtime, signal),
  );
  if (options.csv !== undefined) await writeFile(options.csv, imputedCsv(report));
  printResult(options, report, imputeText);
}

function shareOf(text: string): number {
  const share = Number(text);
  if (share > 0 && share <= 0.5) return share;
  const bound = 'a share above 0 and at most 0.5';
  throw new CupolaError('CUPOLA_USAGE_INVALID', `--hide is ${text}, must be ${bound}`, {
    field: '--hide',
    value: text,
    bound,
  });
}

function imputeText(report: ImputeReport): string {
  const { rounds, hasConverged, lastChange, errors } = report;
  const words = triedOn(report);
  const how = `${rounds} rounds, ${hasConverged ? 'converged' : 'not converged'}: last change ${lastChange.toFixed(4)} in scaled units`;
  if (!errors) return `${words}\n${how}\n${table(['CHANNEL', 'OBSERVED', 'IMPUTED'], report.channels.map(countsOf))}`;
  if (errors.length === 0)
    return `${words}\nNothing could be hidden: all scored channels are sent on change, and silence of theirs is no gap.`;
  const heading = ['CHANNEL', 'UNIT', 'HIDDEN', 'MODEL', 'INTERPOLATION', 'LAST VALUE', 'TRAINING DEVIATION'];
  const lines = errors.map(({ channelId, unit, hidden, model, interpolation, lastValue, deviation }) => [
    channelId,
    unit,
    String(hidden),
    ...[model, interpolation, lastValue, deviation].map((value) => value.toPrecision(3)),
  ]);
  const shares = (['model', 'interpolation', 'lastValue'] as const).map((of) => ofDeviation(errors, of).toFixed(3));
  const all = ['all, in deviations', '', '', ...shares, '1'];
  return `${words}\n${how}\nRoot mean square error in place of what was hidden:\n${table(heading, [...lines, all])}`;
}

/** Root mean square over the channels, each in deviations of its own. Channels that stood still in training do not count. */
function ofDeviation(errors: readonly ImputationError[], of: 'model' | 'interpolation' | 'lastValue'): number {
  const moving = errors.filter(({ deviation }) => deviation > 0);
  return Math.sqrt(moving.reduce((sum, error) => sum + (error[of] / error.deviation) ** 2, 0) / moving.length);
}

function countsOf({ channelId, observed, imputed }: ImputeReport['channels'][number]): string[] {
  return [channelId, ...[observed, imputed].map((values) => String(values.filter((value) => value !== null).length))];
}
