import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { CupolaError } from '../../../pipelines/errors.ts';
import { datasets } from '../../../pipelines/evaluation/datasets/datasets.ts';
import type { SequenceFigures } from '../../../pipelines/evaluation/metrics/sequence-figures.ts';
import type { ReplayProgress } from '../../host/replay-dataset.ts';
import type { ReplaySettings } from '../../host/replay-plan.ts';
import type { ReplayReport } from '../../host/replay-report.ts';
import { addConfigOptions, hostConfig, numberOr, type ConfigOptions } from '../config-options.ts';
import { interruption } from '../interruption.ts';
import { examples, printResult, table, type OutputOptions } from '../output.ts';
import { Progress } from '../progress.ts';
import { runHost } from '../run-host.ts';
import { wholeNumber } from '../whole-number.ts';

interface ReplayOptions extends ConfigOptions, OutputOptions {
  readonly dataset: string;
  readonly data: string;
  readonly channel: string;
  readonly headless?: boolean;
  readonly out?: string;
  readonly architecture?: string;
  readonly maxEpochs?: string;
}

/** `cupola replay`: recorded data through the detector, as a report or on the page. */
export function addReplay(program: Command): void {
  const command = program
    .command('replay')
    .description(
      'Replay recorded data: headless, train on its first part and report on the rest; else show it on the page',
    )
    .requiredOption('--dataset <name>', `one of ${datasets.map(({ name }) => name).join(', ')}`)
    .requiredOption('--data <folder>', 'the folder that holds it, or one that holds it among others')
    .option('--channel <name>', 'one channel, machine or series', 'all')
    .option('--headless', 'report on every channel, as fast as can be, and end')
    .option('--out <file>', 'headless: write the report to this file too, as JSON')
    .option('--architecture <name>', 'headless: which autoencoder')
    .option('--max-epochs <number>', 'headless: passes over the training windows at most')
    .option('--json', 'print JSON on one line');
  addConfigOptions(command)
    .addHelpText(
      'after',
      examples(
        'cupola replay --dataset nasa-smap-msl --data data --channel P-3 --headless --json',
        'cupola replay --dataset iss-urine-tank --data data --speed 100000',
      ),
    )
    .action((options: ReplayOptions) => (options.headless ? report(options) : show(options)));
}

async function report(options: ReplayOptions): Promise<void> {
  for (const name of ['speed', 'port', 'dataDir'] as const) if (options[name] !== undefined) throw noUse(`--${name}`);
  const { replayDataset } = await import('../../host/replay-dataset.ts');
  const progress = new Progress();
  const ending = new AbortController();
  void interruption().then(() => ending.abort());
  const { dataset, data: dataDir, channel } = options;
  const member = channel === 'all' ? {} : { member: channel };
  const request = { dataset, dataDir, ...member, settings: settingsOf(options) };
  const found = await replayDataset(request, (step) => progress.show(progressText(step)), ending.signal).finally(() =>
    progress.end(),
  );
  // First to standard output: a file that cannot be written must not cost minutes of replay.
  printResult(options, found, reportText);
  if (options.out !== undefined) await writeFile(options.out, `${JSON.stringify(found)}\n`);
}

function settingsOf({ seed, architecture, maxEpochs }: ReplayOptions): ReplaySettings {
  return {
    ...(seed !== undefined && { seed: wholeNumber('--seed', seed, 0) }),
    ...(maxEpochs !== undefined && { maxEpochs: wholeNumber('--max-epochs', maxEpochs, 1) }),
    ...(architecture !== undefined && { architecture }),
  };
}

function noUse(field: string): CupolaError {
  const bound = 'left out with --headless';
  return new CupolaError('CUPOLA_USAGE_INVALID', `${field} has no use here; it must be ${bound}`, { field, bound });
}

function progressText({ channel, index, count, training }: ReplayProgress): string {
  const epoch = training ? `, epoch ${training.epoch} of ${training.maxEpochs}` : '';
  return `${channel} (${index} of ${count})${epoch}`;
}

function reportText({ channels, sequences, gaps, anomalies, notes }: ReplayReport): string {
  const rows = channels.map(({ channel, rows: all, predicted, labelled, model, failure }) => [
    channel,
    String(all),
    rangesText(predicted),
    rangesText(labelled),
    model?.modelVersion ?? failure?.code ?? '-',
  ]);
  const totals = `${anomalies.length} anomalies, ${gaps.length} gaps`;
  const figures = sequences ? [sequencesText(sequences)] : [];
  return [table(['CHANNEL', 'ROWS', 'PREDICTED', 'LABELLED', 'MODEL'], rows), '', totals, ...figures, ...notes].join(
    '\n',
  );
}

function sequencesText({ isVoid, predictedShare, precision, recall, f05, f1, ...counts }: SequenceFigures): string {
  const { truePositives, falseNegatives, falsePositives } = counts;
  const found = `labelled sequences: ${truePositives} found, ${falseNegatives} missed, ${falsePositives} false`;
  if (isVoid) return `${found}; void, since ${(100 * predictedShare).toFixed(1)} % of all rows are predicted`;
  return `${found}; precision ${figureText(precision)}, recall ${figureText(recall)}, F0.5 ${figureText(f05)}, F1 ${figureText(f1)}`;
}

function figureText(figure: number | null): string {
  return figure?.toFixed(3) ?? '-';
}

function rangesText(ranges: readonly (readonly [number, number])[]): string {
  return ranges.map(([start, end]) => `${start}-${end}`).join(' ') || '-';
}

/** On the page, in a data folder of its own unless one is named. */
function show(options: ReplayOptions): Promise<void> {
  const { dataset, data: dataDir, channel, speed } = options;
  const member = channel === 'all' ? {} : { member: channel };
  const source = {
    type: 'replay',
    dataset,
    dataDir,
    ...member,
    ...(speed !== undefined && { speed: numberOr(speed) }),
  };
  const { seed: _, speed: __, ...rest } = options;
  const loaded = hostConfig(rest, [{ option: '--dataset', path: ['sources'], value: [source] }]);
  return runHost(loaded, { json: options.json ?? false, isKept: false });
}
