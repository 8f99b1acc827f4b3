import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { layoutNames, type LayoutName } from '../../../pipelines/autoencoders/imported/window-layout.ts';
import { CupolaError } from '../../../pipelines/errors.ts';
import type { StreamTelemetry } from '../../console/api.ts';
import { loadConfig } from '../../host/config.ts';
import type { StoredImport } from '../../host/models/stored-import.ts';
import { interruption } from '../interruption.ts';
import { examples, printResult, table, type OutputOptions } from '../output.ts';
import { Progress } from '../progress.ts';
import { systemClient } from '../system-options.ts';
import { addStoredModelOptions, type StoredModelOptions } from '../telemetry-options.ts';
import { wholeNumber } from '../whole-number.ts';

type ImportCommandOptions = OutputOptions &
  StoredModelOptions & {
    readonly dataset?: string;
    readonly data?: string;
    readonly stream?: string;
    readonly url?: string;
    readonly channel?: string;
    readonly preset: string;
    readonly rows?: string;
    readonly strideRows?: string;
    readonly scaling: string;
    readonly layout?: LayoutName;
    readonly output?: string;
    readonly code?: string;
  };

/** `cupola models import FILE.onnx`: a model made with Keras or PyTorch, as one of our own. */
export function addModelImport(models: Command): void {
  addStoredModelOptions(
    models.command('import').description('Take in a reconstruction model that was made with Keras or PyTorch, as ONNX'),
  )
    .argument('<file>', 'the ONNX model')
    .option('--dataset <name>', 'the data set that it is a model of: its training part calibrates the model')
    .option('--data <folder>', 'with --dataset: the folder that holds it, or one that holds it among others')
    .option('--channel <name>', 'with --dataset: channel, machine or series; left out where there is one')
    .option('--preset <name>', 'with --dataset: holdout, threshold and stride', 'fast')
    .option('--rows <number>', "with --dataset: rows of a window, where the model's input does not say")
    .option('--stride-rows <number>', "with --dataset: rows of a stride (default: the preset's)")
    .option(
      '--stream <stream>',
      'the stream of a running system that it is a model of: its newest telemetry calibrates it',
    )
    .option('--url <url>', 'with --stream: address of the running system (default: the console of cupola.yaml)')
    .option(
      '--scaling <how>',
      'how windows are scaled before the model sees them, as it was trained: standard, robust or min-max, fitted on the training part; none; or a JSON file {"center": [...], "scale": [...]}, a number a feature',
      'standard',
    )
    .addOption(
      new Option('--layout <name>', "how the model takes windows (default: as its input's dimensions say)").choices(
        layoutNames,
      ),
    )
    .option('--output <name>', 'the value that is the reconstruction (default: the output of that many numbers)')
    .option('--code <name>', 'the value that is the latent code (default: the other output, where there is one other)')
    .option('--json', 'print JSON on one line')
    .addHelpText(
      'after',
      examples(
        'cupola models import autoencoder.onnx --dataset smap --data data --channel P-3',
        'cupola models import autoencoder.onnx --stream water --scaling scaler.json',
        'cupola models import autoencoder.onnx --dataset csv --data pump.csv --scaling scaler.json --code bottleneck --json',
      ),
    )
    .addHelpText('after', '\nWhat a model must be like, and how to export it, stands in docs/models.md.')
    .action(importFile);
}

async function importFile(file: string, options: ImportCommandOptions): Promise<void> {
  const { dataset, stream } = options;
  if ((dataset === undefined) === (stream === undefined)) throw unusable('--dataset or --stream', 'given, one of them');
  const progress = new Progress();
  progress.show(`calibrating ${file}`);
  const stored = await (
    dataset === undefined ? importForStream(file, stream!, options) : importForDataset(file, dataset, options)
  ).finally(() => progress.end());
  printResult(options, stored, importText);
}

async function importForDataset(file: string, dataset: string, options: ImportCommandOptions): Promise<StoredImport> {
  const { importOnDataset } = await import('../../host/models/import-on-dataset.ts');
  const { data, channel, preset, rows, strideRows, models, config } = options;
  if (data === undefined) throw unusable('--data', 'given with --dataset');
  const ending = new AbortController();
  void interruption().then(() => ending.abort());
  const request = {
    ...(await modelOf(file, options)),
    dataset,
    dataDir: data,
    member: channel,
    preset,
    rows: rows === undefined ? undefined : wholeNumber('--rows', rows, 1),
    strideRows: strideRows === undefined ? undefined : wholeNumber('--stride-rows', strideRows, 1),
    modelsDir: models ?? join(resolve(loadConfig({ file: config }).config.dataDir), 'trained'),
  };
  return importOnDataset(request, ending.signal);
}

async function importForStream(file: string, stream: string, options: ImportCommandOptions): Promise<StoredImport> {
  const { importOnStream } = await import('../../host/models/import-on-stream.ts');
  const { config } = loadConfig({ file: options.config });
  const path = `/api/streams/${encodeURIComponent(stream)}/telemetry`;
  const telemetry = await systemClient(options).get<StreamTelemetry>(path);
  return importOnStream({ ...(await modelOf(file, options)), telemetry, config, modelsDir: options.models });
}

async function modelOf(file: string, { scaling, layout, output, code }: ImportCommandOptions) {
  const onnx = await readFile(file);
  return { onnx, source: basename(file), scaling: await scalingOf(scaling), layout, output, code };
}

function unusable(field: string, bound: string): CupolaError {
  return new CupolaError('CUPOLA_USAGE_INVALID', `${field} must be ${bound}`, { field, bound });
}

async function scalingOf(text: string): Promise<unknown> {
  if (['standard', 'robust', 'min-max', 'none'].includes(text)) return text;
  const content = await readFile(text, 'utf8');
  try {
    return JSON.parse(content) as unknown;
  } catch (cause) {
    const bound = 'standard, robust, min-max, none, or a JSON file';
    throw new CupolaError('CUPOLA_USAGE_INVALID', `--scaling is ${text}, which is no JSON; it must be ${bound}`, {
      field: '--scaling',
      value: text,
      bound,
      cause,
    });
  }
}

function importText(model: StoredImport): string {
  const { modelVersion, producer, opset, layout, code, windowsAtOnce, holdoutMedianError, medianErrorOfMiddle } = model;
  const rows = [
    ['made by', `${producer}, opset ${opset}`],
    ['takes windows', `${layout}${windowsAtOnce === null ? '' : `, ${windowsAtOnce} at once`}`],
    ['latent units', String(code)],
    ['holdout', `${model.holdoutWindows} windows, after ${model.trainingWindows} for the scaling`],
    [
      'holdout median error',
      `${holdoutMedianError.toPrecision(4)}; of the middle of each channel ${medianErrorOfMiddle.toPrecision(4)}`,
    ],
    ['bundle', model.bundleFolder],
  ];
  const notes = [
    ...(windowsAtOnce === 1
      ? [
          'What it says of a window depends on the windows beside it, or it takes one: it is given one at a time, which is slower.',
        ]
      : []),
    ...(holdoutMedianError > 0.5 * medianErrorOfMiddle
      ? [
          'It reconstructs hardly better than the middle of each channel would: is --scaling the one that it was trained with?',
        ]
      : []),
  ];
  return [table(['version', modelVersion], rows), ...notes].join('\n');
}
