import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { Bundle } from '../../../pipelines/autoencoders/bundle.ts';
import { CupolaError } from '../../../pipelines/errors.ts';
import type { MadeWindows } from '../../../pipelines/features/made-windows.ts';
import type { TrainingWindow } from '../../../pipelines/training/training-windows.ts';
import type { MadeReport } from '../../host/latent/made-report.ts';
import { interruption } from '../interruption.ts';
import { examples, printResult, table, type OutputOptions } from '../output.ts';
import { Progress } from '../progress.ts';
import {
  addStoredModelOptions,
  addTelemetryOptions,
  neededTelemetry,
  telemetryChoice,
  type StoredModelOptions,
  type TelemetryOptions,
} from '../telemetry-options.ts';
import { wholeNumber } from '../whole-number.ts';

interface MakeOptions extends OutputOptions, StoredModelOptions {
  readonly csv?: string;
  readonly html?: string;
}

interface GenerateOptions extends MakeOptions, TelemetryOptions {
  readonly windows: string;
  readonly seed: string;
  readonly sensorNoise?: boolean;
}

interface InterpolateOptions extends MakeOptions, TelemetryOptions {
  readonly from: string;
  readonly to: string;
  readonly steps: string;
}

interface TraverseOptions extends MakeOptions, TelemetryOptions {
  readonly unit: string;
  readonly values: string;
  readonly at: string;
}

/** `cupola models generate|interpolate|traverse|latent-units`: what a stored model's codes stand for. */
export function addLatentCommands(models: Command): void {
  addTelemetryOptions(
    addMakeOptions(models.command('generate').description('Make new normal telemetry with a variational model')),
  )
    .option('--windows <number>', 'how many', '16')
    .option('--seed <number>', 'of what is drawn', '1')
    .option('--sensor-noise', "add noise of the deviation that the model's setting `noise` gives telemetry")
    .addHelpText(
      'after',
      examples(
        'cupola models generate variational-0123456789ab --windows 32 --html new.html',
        'cupola models generate variational-0123456789ab --simulate 7 --csv new.csv',
      ),
    )
    .addHelpText(
      'after',
      '\nCodes are drawn from the prior, to which those of a model keep only about; where telemetry is given, they are ' +
        'drawn\nas its own codes are spread, which any model with a decoder can do.',
    )
    .action(generate);
  addTelemetryOptions(
    addMakeOptions(
      models.command('interpolate').description('Make the windows that lie between two windows in latent space'),
    ),
  )
    .option('--from <window>', 'the first: its index, or the time that it begins at or before', '0')
    .option('--to <window>', 'the last: its index, -1 for the newest, or its time', '-1')
    .option('--steps <number>', 'windows, both ends included', '9')
    .addHelpText(
      'after',
      examples('cupola models interpolate dense-0123456789ab --simulate 7 --from 0 --to 60 --html between.html'),
    )
    .action(interpolate);
  addTelemetryOptions(
    addMakeOptions(models.command('traverse').description('Make the windows that one latent unit stands for')),
  )
    .option('--unit <number>', 'which latent unit', '0')
    .option('--values <numbers>', 'what it is set to, in turn', '-3,-2,-1,0,1,2,3')
    .option('--at <window>', 'with telemetry: the window whose code is changed, as --from of interpolate', '0')
    .addHelpText('after', examples('cupola models traverse variational-0123456789ab --unit 3 --html unit.html'))
    .action(traverse);
  addTelemetryOptions(
    addStoredModelOptions(
      models.command('latent-units').description('Show which latent units a variational model uses, by divergence'),
    ),
  )
    .argument('<version>', 'as `cupola models list` or `cupola train` shows it')
    .option('--json', 'print JSON on one line')
    .addHelpText('after', examples('cupola models latent-units variational-0123456789ab --simulate 7'))
    .action(showUnits);
}

function addMakeOptions(command: Command): Command {
  return addStoredModelOptions(command)
    .argument('<version>', 'as `cupola models list` or `cupola train` shows it')
    .option('--csv <file>', 'write the windows to this file as CSV')
    .option('--html <file>', 'write a picture of every channel to this file')
    .option('--json', 'print the windows as JSON on one line');
}

async function generate(version: string, options: GenerateOptions): Promise<void> {
  const count = wholeNumber('--windows', options.windows, 1);
  const seed = wholeNumber('--seed', options.seed, 0);
  const { generateWindows } = await import('../../host/latent/make-windows.ts');
  const bundle = await model(version, options);
  const like = telemetryChoice(options) ? await windowsOf(bundle, options) : null;
  const { sensorNoise = false } = options;
  const made = await generateWindows(bundle, { count, seed, sensorNoise, ...(like && { like }) });
  const labels = Array.from({ length: count }, (_, index) => `draw ${index + 1}`);
  const from = like ? `as the codes of ${like.length} windows are spread` : 'from the prior';
  await give(bundle, { made, labels, isOrdered: false }, `${count} windows drawn ${from}, seed ${seed}`, options);
}

async function interpolate(version: string, options: InterpolateOptions): Promise<void> {
  const steps = wholeNumber('--steps', options.steps, 2);
  const { interpolateWindows } = await import('../../host/latent/make-windows.ts');
  const bundle = await model(version, options);
  const windows = await windowsOf(bundle, options);
  const [from, to] = [windowAt(windows, '--from', options.from), windowAt(windows, '--to', options.to)];
  const made = await interpolateWindows(bundle, from, to, steps);
  const labels = Array.from({ length: steps }, (_, step) => `${((100 * step) / (steps - 1)).toFixed(0)} %`);
  const words = `From the window of ${timeOf(from)} to that of ${timeOf(to)} in ${steps} steps of their code`;
  await give(bundle, { made, labels, isOrdered: true }, words, options);
}

async function traverse(version: string, options: TraverseOptions): Promise<void> {
  const unit = wholeNumber('--unit', options.unit, 0);
  const values = options.values.split(',').map(Number);
  if (values.some((value) => !Number.isFinite(value)))
    throw unusable('--values', options.values, 'numbers with commas between them');
  const { traverseUnit } = await import('../../host/latent/make-windows.ts');
  const bundle = await model(version, options);
  const windows = telemetryChoice(options) ? await windowsOf(bundle, options) : null;
  const window = windows ? windowAt(windows, '--at', options.at) : undefined;
  const made = await traverseUnit(bundle, unit, values, window);
  const labels = values.map((value) => `unit ${unit} at ${value}`);
  const of = window ? `the window of ${timeOf(window)}` : "the prior's mean";
  await give(
    bundle,
    { made, labels, isOrdered: true },
    `Latent unit ${unit} of ${of}, the others as they are`,
    options,
  );
}

async function showUnits(
  version: string,
  options: OutputOptions & StoredModelOptions & TelemetryOptions,
): Promise<void> {
  const { latentUnits } = await import('../../host/latent/make-windows.ts');
  const bundle = await model(version, options);
  const windows = await windowsOf(bundle, options);
  const units = await latentUnits(bundle, windows);
  printResult(options, { modelVersion: version, windows: windows.length, units }, () => {
    const rows = units.map(({ unit, divergence, mean, deviation, isUsed }) => [
      String(unit),
      divergence.toFixed(4),
      isUsed ? 'yes' : 'no',
      mean.toFixed(3),
      deviation.toFixed(3),
    ]);
    const used = units.filter(({ isUsed }) => isUsed).length;
    const nats = units.reduce((sum, { divergence }) => sum + divergence, 0);
    return (
      `${table(['UNIT', 'KL (NATS)', 'USED', 'MEAN OF CODES', 'DEVIATION'], rows)}\n` +
      `${used} of ${units.length} units used, ${nats.toFixed(2)} nats a window, over ${windows.length} windows`
    );
  });
}

async function model(version: string, options: StoredModelOptions): Promise<Bundle> {
  const { storedModel } = await import('../../host/stored-model.ts');
  return storedModel(version, options);
}

async function windowsOf(bundle: Bundle, options: TelemetryOptions): Promise<readonly TrainingWindow[]> {
  const choice = neededTelemetry(options);
  const { modelWindows } = await import('../../host/model-telemetry.ts');
  const ending = new AbortController();
  void interruption().then(() => ending.abort());
  const progress = new Progress();
  progress.show('reading telemetry');
  return modelWindows(bundle.manifest.definition, choice, ending.signal).finally(() => progress.end());
}

/** A window by its index, from the end where negative, or by a time: the newest that begins at or before it. */
function windowAt(windows: readonly TrainingWindow[], field: string, text: string): TrainingWindow {
  const index = Number(text);
  const timeMs = Date.parse(text);
  const found = Number.isInteger(index) ? windows.at(index) : windows.findLast(({ startMs }) => startMs <= timeMs);
  if (found) return found;
  const [first, last] = [windows[0], windows.at(-1)];
  const bound = first
    ? `an index from 0 to ${windows.length - 1}, or a time from ${timeOf(first)} (to ${timeOf(last!)})`
    : 'of telemetry that holds a window';
  throw unusable(field, text, bound);
}

function timeOf({ startMs }: TrainingWindow): string {
  return new Date(startMs).toISOString();
}

async function give(
  bundle: Bundle,
  { made, labels, isOrdered }: { readonly made: MadeWindows; readonly labels: string[]; readonly isOrdered: boolean },
  words: string,
  options: MakeOptions,
): Promise<void> {
  const { madeReport, madeCsv } = await import('../../host/latent/made-report.ts');
  const { madeHtml } = await import('../../host/latent/made-html.ts');
  const report = madeReport(bundle, made, labels);
  const title = `${report.stream}: ${report.modelVersion}`;
  if (options.csv !== undefined) await writeFile(options.csv, madeCsv(report));
  if (options.html !== undefined) await writeFile(options.html, madeHtml(title, words, report, isOrdered));
  printResult(options, report, (result) => `${words}\n${madeText(result)}`);
}

/** Four digits, or a dash. */
function text(value: number | null): string {
  return value === null ? '-' : value.toPrecision(4);
}

function madeText({ channels }: MadeReport): string {
  const rows = channels.map(({ channelId, unit, mean, trainingMean, deviation, trainingDeviation }) => [
    channelId,
    unit,
    text(mean),
    text(trainingMean),
    text(deviation),
    text(trainingDeviation),
  ]);
  return table(['CHANNEL', 'UNIT', 'MEAN', 'OF TRAINING', 'DEVIATION', 'OF TRAINING'], rows);
}

function unusable(field: string, value: string, bound: string): CupolaError {
  return new CupolaError('CUPOLA_USAGE_INVALID', `${field} is ${value}, must be ${bound}`, { field, value, bound });
}
