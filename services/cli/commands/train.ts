import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { CupolaError } from '../../../pipelines/errors.ts';
import { presetFor } from '../../../pipelines/evaluation/presets.ts';
import { scoringRuleNames, type ScoringRuleName } from '../../../pipelines/scoring/scoring-rule.ts';
import type { TrainedModel } from '../../host/evaluate/train-on-dataset.ts';
import { loadConfig } from '../../host/config.ts';
import { interruption } from '../interruption.ts';
import { jsonObject } from '../json-object.ts';
import { examples, printResult, table, timeText } from '../output.ts';
import { Progress } from '../progress.ts';
import { addChangeOptions, systemClient, type ChangeOptions } from '../system-options.ts';
import { wholeNumber } from '../whole-number.ts';

interface TrainOptions extends ChangeOptions {
  readonly dataset?: string;
  readonly data?: string;
  readonly channel?: string;
  readonly architecture?: string;
  readonly settings?: string;
  readonly scoring?: ScoringRuleName;
  readonly preset: string;
  readonly seed: string;
  readonly startFrom?: string;
  readonly models?: string;
}

/** `cupola train STREAM`: a fit now, in a running system; with --dataset, on recorded data and by itself. */
export function addTrain(program: Command): void {
  addChangeOptions(
    program
      .command('train')
      .description(
        'Train a stream of a running system now, and let the model govern it; or, with --dataset, train on recorded data',
      ),
    120,
  )
    .argument('[stream]', 'as `cupola streams` shows it')
    .option('--dataset <name>', 'train on the training part of this data set instead; needs no running system')
    .option('--data <folder>', 'with --dataset: the folder that holds it, or one that holds it among others')
    .option('--channel <name>', 'with --dataset: one channel, machine or series (default: all)')
    .option('--architecture <name>', 'with --dataset: as `cupola models architectures` shows it')
    .option('--settings <json>', 'with --architecture: its settings, such as \'{"code": 4}\'')
    .option('--scoring <rule>', `with --dataset: how residuals become a score: one of ${scoringRuleNames.join(', ')}`)
    .option('--preset <name>', 'with --dataset: what else holds', 'fast')
    .option('--seed <number>', 'with --dataset: of the weights', '1')
    .option('--start-from <version>', 'with --dataset: a stored model of the same architecture and shape to go on from')
    .option('--models <folder>', 'with --dataset: where to store bundles (default: one in the data folder)')
    .addHelpText(
      'after',
      examples(
        'cupola train water',
        'cupola train water --wait 0 --json',
        'cupola train --architecture lstm --dataset smap --data data --channel P-3 --json',
      ),
    )
    .addHelpText('after', '\nWhy a fit came to nothing stands in the log of the running system.')
    .action((stream: string | undefined, options: TrainOptions) =>
      options.dataset === undefined ? trainStream(stream, options) : trainOnRecordings(stream, options),
    );
}

async function trainStream(stream: string | undefined, options: TrainOptions): Promise<void> {
  if (stream === undefined) throw unusable('stream', 'named, or --dataset given');
  if (options.startFrom !== undefined)
    throw unusable('--start-from', 'given with --dataset; in a running system it is training.startFrom of cupola.yaml');
  const progress = new Progress();
  const { wait, reason = '' } = options;
  const status = await systemClient(options)
    .command({ type: 'train', stream, reason }, wait * 1000, (waitedMs) =>
      progress.show(`training ${stream} (${(waitedMs / 1000).toFixed(0)} s)`),
    )
    .finally(() => progress.end());
  printResult(options, status, ({ state, modelVersion, effectiveFromMs }) =>
    state === 'applied'
      ? `${modelVersion} governs ${stream} from ${timeText(effectiveFromMs)} on`
      : `a fit of ${stream} was asked for; \`cupola models list --stream ${stream}\` will show its model`,
  );
}

async function trainOnRecordings(stream: string | undefined, options: TrainOptions): Promise<void> {
  const { dataset = '', data, channel, preset, scoring, seed, models, config } = options;
  if (stream !== undefined) throw unusable('stream', 'left out with --dataset');
  if (data === undefined) throw unusable('--data', 'given with --dataset');
  if (options.startFrom !== undefined && dataset === 'ecg5000')
    throw unusable('--start-from', 'left out with ecg5000, whose models are fitted in seconds');
  const { trainOnDataset } = await import('../../host/evaluate/train-on-dataset.ts');
  const ending = new AbortController();
  void interruption().then(() => ending.abort());
  const { name: _, ...settings } = presetFor(preset, dataset);
  const { storedModel } = await import('../../host/stored-model.ts');
  const startFrom = options.startFrom === undefined ? null : await storedModel(options.startFrom, options);
  const progress = new Progress();
  const trained = await trainOnDataset(
    {
      dataset,
      dataDir: data,
      ...(channel !== undefined && { member: channel }),
      settings: {
        ...settings,
        architecture: architectureOf(options) ?? settings.architecture,
        ...(scoring !== undefined && { scoring: { rule: scoring } }),
      },
      seed: wholeNumber('--seed', seed, 0),
      ...(startFrom && { startFrom }),
      modelsDir: models ?? join(resolve(loadConfig({ file: config }).config.dataDir), 'trained'),
    },
    (name, { epoch, maxEpochs }) => progress.show(`${name}, epoch ${epoch} of ${maxEpochs}`),
    ending.signal,
  ).finally(() => progress.end());
  printResult(options, trained, trainedText);
}

function architectureOf({
  architecture: name,
  settings,
}: TrainOptions): { name: string; settings: Record<string, unknown> } | null {
  if (name === undefined && settings !== undefined) throw unusable('--settings', 'of an --architecture');
  return name === undefined
    ? null
    : { name, settings: settings === undefined ? {} : jsonObject('--settings', settings) };
}

function trainedText(models: readonly TrainedModel[]): string {
  const rows = models.map((model) => [
    model.channel,
    model.modelVersion,
    model.holdoutMedianError.toPrecision(3),
    String(model.epochs),
    String(model.bytes),
    model.seconds.toFixed(1),
    model.bundle,
  ]);
  return table(['CHANNEL', 'VERSION', 'HOLDOUT MEDIAN ERROR', 'EPOCHS', 'BYTES', 'SECONDS', 'BUNDLE'], rows);
}

function unusable(field: string, bound: string): CupolaError {
  return new CupolaError('CUPOLA_USAGE_INVALID', `${field} must be ${bound}`, { field, bound });
}
