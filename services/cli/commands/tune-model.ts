import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { CupolaError } from '../../../pipelines/errors.ts';
import { presetFor } from '../../../pipelines/evaluation/presets.ts';
import type { TuningObjectiveName } from '../../../pipelines/evaluation/tuning-objectives.ts';
import { searchSpace } from '../../../pipelines/training/tuning/search-space.ts';
import { loadConfig } from '../../host/config.ts';
import type { TunedTrial, TuningReport } from '../../host/tune/tune-model.ts';
import { interruption } from '../interruption.ts';
import { jsonObject } from '../json-object.ts';
import { examples, printResult, table, type OutputOptions } from '../output.ts';
import { Progress } from '../progress.ts';
import { wholeNumber } from '../whole-number.ts';

interface TuneOptions extends OutputOptions {
  readonly dataset: string;
  readonly data: string;
  readonly channel?: string[];
  readonly architecture: string;
  readonly settings?: string;
  readonly search?: string[];
  readonly objective: string;
  readonly fits: string;
  readonly seconds?: string;
  readonly preset: string;
  readonly seed: string;
  readonly jobs: string;
  readonly work?: string;
  readonly config?: string;
}

const objectives: readonly TuningObjectiveName[] = ['injected', 'holdout'];
/** Trials that are shown. */
const shown = 12;

/** `cupola tune-model`: settings of an architecture by successive halving. */
export function addTuneModel(program: Command): void {
  program
    .command('tune-model')
    .description(
      'Search the settings of an architecture on recorded data, by successive halving; no label is looked at',
    )
    .requiredOption('--dataset <name>', 'as `cupola train` takes it, but for ecg5000')
    .requiredOption('--data <folder>', 'the folder that holds it, or one that holds it among others')
    .option('--channel <name...>', 'channels, machines or series that every trial is fitted on (default: all)')
    .option('--architecture <name>', 'as `cupola models architectures` shows it', 'dense')
    .option('--settings <json>', 'settings that are not searched, such as \'{"scaling": "robust"}\'')
    .option('--search <setting...>', 'settings that are (default: all that --settings does not fix)')
    .option(
      '--objective <name>',
      'injected: how well faults put into the holdout are told apart; holdout: how little of its variance is left over',
      'injected',
    )
    .option('--fits <number>', 'fits at most, on one channel each', '40')
    .option('--seconds <number>', 'begin no fit after so long; the same command goes on (default: no bound)')
    .option('--preset <name>', 'what else holds', 'fast')
    .option('--seed <number>', 'of trials and weights', '1')
    .option('--jobs <number>', 'fits at once', '1')
    .option('--work <folder>', 'where fits are kept as they are finished (default: one in the data folder)')
    .option('-c, --config <file>', 'configuration file, which names the data folder')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      examples(
        'cupola tune-model --dataset smap --data data --channel P-3 --architecture dense --fits 40',
        'cupola tune-model --dataset smd --data data --channel machine-1-2 machine-2-1 --search code hidden --seconds 600',
      ),
    )
    .addHelpText('after', '\nAfter Ctrl-C, the same command goes on where it was: fits that are done are kept.')
    .action(tune);
}

async function tune(options: TuneOptions): Promise<void> {
  const { dataset, data, channel, seed, fits, seconds, jobs, work, config } = options;
  if (dataset === 'ecg5000')
    throw unusable('--dataset', dataset, 'one of telemetry: of heartbeats there is nothing to spoil');
  const { name: _, ...settings } = presetFor(options.preset, dataset);
  const request = {
    dataset,
    dataDir: data,
    ...(channel && { members: channel }),
    space: spaceOf(options),
    settings,
    objective: objectiveOf(options.objective),
    seed: wholeNumber('--seed', seed, 0),
    fits: wholeNumber('--fits', fits, 1),
    ...(seconds !== undefined && { maxSeconds: wholeNumber('--seconds', seconds, 1) }),
    jobs: wholeNumber('--jobs', jobs, 1),
    workFolder: (key: string) =>
      work ?? join(resolve(loadConfig({ file: config }).config.dataDir), 'tuning', `${dataset}-${key}`),
  };
  const { tuneModel } = await import('../../host/tune/tune-model.ts');
  const ending = new AbortController();
  void interruption().then(() => ending.abort());
  const progress = new Progress();
  const report = await tuneModel(
    request,
    ({ fit, done, count, isKept }) => {
      const what = fit.value === null ? fit.failure : fit.value.toPrecision(4);
      const how = isKept ? 'kept' : `${fit.seconds.toFixed(1)} s`;
      progress.say(`${done} of ${count}: trial ${fit.trial}, ${fit.epochs} epochs, ${fit.channel}: ${what} (${how})`);
    },
    ending.signal,
  ).finally(() => progress.end());
  const result = { ...report, command: report.best && commandOf(options, report.best) };
  printResult(options, result, reportText);
}

function spaceOf({ architecture, settings, search }: TuneOptions): ReturnType<typeof searchSpace> {
  return searchSpace(architecture, settings === undefined ? {} : jsonObject('--settings', settings), search);
}

function objectiveOf(name: string): TuningObjectiveName {
  const found = objectives.find((known) => known === name);
  if (found) return found;
  throw unusable('--objective', name, `one of ${objectives.join(', ')}`);
}

/** The command line that trains the best. */
function commandOf({ dataset, data, channel, preset, seed }: TuneOptions, { architecture }: TunedTrial): string {
  const [only, ...others] = channel ?? [];
  return [
    ['cupola train --dataset', dataset, '--data', quoted(data)],
    only !== undefined && others.length === 0 ? ['--channel', quoted(only)] : [],
    ['--architecture', architecture.name, '--settings', quoted(JSON.stringify(architecture.settings))],
    ['--preset', preset, '--seed', seed],
  ]
    .flat()
    .join(' ');
}

/** For a POSIX shell. */
function quoted(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function reportText(report: TuningReport & { readonly command: string | null }): string {
  const { trials, objective, schedule, isFinished, fits, channels, command, workFolder } = report;
  const usual = trials.find(({ trial }) => trial === 0)?.architecture.settings ?? {};
  const rows = trials
    .slice(0, shown)
    .map(({ trial, rung, epochs, value, failure, seconds, architecture }) => [
      String(trial),
      String(rung + 1),
      String(epochs),
      value?.toPrecision(4) ?? failure ?? '-',
      seconds.toFixed(1),
      differences(architecture.settings, usual),
    ]);
  return [
    table(['TRIAL', 'RUNG', 'EPOCHS', objective.toUpperCase(), 'SECONDS', 'SETTINGS THAT ARE NOT THE DEFAULTS'], rows),
    '',
    `${fits} fits on ${channels.length} channels; rungs of ${schedule.map(({ trials, epochs }) => `${trials} trials, ${epochs} epochs`).join('; ')}`,
    ...(isFinished ? [] : ['The time was up: the same command goes on.']),
    `Fits are kept in ${workFolder}`,
    ...(command === null ? ['No trial came to anything.'] : ['', 'To train the best:', `  ${command}`]),
  ].join('\n');
}

function differences(settings: Readonly<Record<string, unknown>>, usual: Readonly<Record<string, unknown>>): string {
  const changed = Object.entries(settings).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(usual[name]),
  );
  return changed.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(' ') || '(the defaults)';
}

function unusable(field: string, value: string, bound: string): CupolaError {
  return new CupolaError('CUPOLA_USAGE_INVALID', `${field} is ${value}, must be ${bound}`, { field, value, bound });
}
