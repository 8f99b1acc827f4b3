import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { CupolaError } from '../../../pipelines/errors.ts';
import { datasets } from '../../../pipelines/evaluation/datasets/datasets.ts';
import { presetFor, presetNames, type NamedPreset } from '../../../pipelines/evaluation/presets.ts';
import type { EvaluationProgress } from '../../host/evaluate/evaluate-dataset.ts';
import { scoringRuleNames, type ScoringRuleName } from '../../../pipelines/scoring/scoring-rule.ts';
import { thresholdSettingSchema, type ThresholdSetting } from '../../../pipelines/thresholds/threshold-setting.ts';
import { loadConfig } from '../../host/config.ts';
import { interruption } from '../interruption.ts';
import { examples, printResult } from '../output.ts';
import { jsonObject } from '../json-object.ts';
import { Progress } from '../progress.ts';
import { evaluationText, heartbeatText } from '../evaluation-text.ts';
import { wholeNumber } from '../whole-number.ts';

interface EvaluateOptions {
  readonly dataset: string;
  readonly data: string;
  readonly preset: string;
  readonly channel?: string;
  readonly architecture?: string[];
  readonly settings?: string;
  readonly context?: string;
  readonly scoring?: ScoringRuleName;
  readonly threshold?: string;
  readonly jobs: string;
  readonly seed: string;
  readonly work?: string;
  readonly fresh?: boolean;
  readonly json?: string | true;
  readonly html?: string;
  readonly config?: string;
}

/** `cupola evaluate`: how well a preset detects on a data set, beside controls that look at nothing. */
export function addEvaluate(program: Command): void {
  const names = [...datasets.map(({ name }) => name), 'ecg5000'].join(', ');
  program
    .command('evaluate')
    .description('Train and score every channel of a data set with one preset, and report how well it detects')
    .requiredOption('--dataset <name>', `one of ${names}`)
    .requiredOption('--data <folder>', 'the folder that holds it, or one that holds it among others')
    .option('--preset <name>', `settings for the whole data set: one of ${presetNames.join(', ')}`, 'fast')
    .option('--channel <name>', 'one channel, machine or series (default: all)')
    .option('--architecture <name...>', "in place of the preset's; for ecg5000 also several")
    .option('--settings <json>', 'with one --architecture: its settings, such as \'{"code": 4}\'')
    .option('--context <how>', "whether models see commands and other context: seen or hidden (default: the preset's)")
    .option('--scoring <rule>', `how residuals become a score: one of ${scoringRuleNames.join(', ')}`)
    .option('--threshold <json>', "in place of the preset's: policy and parameters; kept scores are judged anew by it")
    .option('--jobs <number>', 'channels at once', '2')
    .option('--seed <number>', 'of weights and controls', '1')
    .option('--work <folder>', 'where results are kept as they are finished (default: one in the data folder)')
    .option('--fresh', 'make results anew that are there already')
    .option('--json [file]', 'write the report to this file as JSON; without a file, print it on one line')
    .option('--html <file>', 'write the report to this file as HTML, with a picture of every channel')
    .option('-c, --config <file>', 'configuration file, which names the data folder')
    .addHelpText(
      'after',
      examples(
        'cupola evaluate --dataset nasa-smap-msl --data data --preset fast --html report.html',
        'cupola evaluate --dataset nab --data data --json report.json',
      ),
    )
    .addHelpText(
      'after',
      '\nAfter Ctrl-C, the same command goes on where it was: results of finished channels are kept.',
    )
    .action(evaluate);
}

async function evaluate(options: EvaluateOptions): Promise<void> {
  const ending = new AbortController();
  void interruption().then(() => ending.abort());
  if (options.dataset === 'ecg5000') await evaluateBeats(options, ending.signal);
  else await evaluateStreams(options, ending.signal);
}

async function evaluateStreams(options: EvaluateOptions, signal: AbortSignal): Promise<void> {
  if ((options.architecture?.length ?? 0) > 1) throw noUse('--architecture');
  const { evaluateDataset } = await import('../../host/evaluate/evaluate-dataset.ts');
  const { evaluationHtml } = await import('../../host/evaluate/evaluation-html.ts');
  const progress = new Progress();
  const { report, results, workFolder } = await evaluateDataset(
    { ...requestOf(options), ...(options.channel !== undefined && { member: options.channel }) },
    (step) => show(progress, step),
    signal,
  ).finally(() => progress.end());
  await deliver(
    options,
    report,
    (one) => evaluationText(one, workFolder),
    () => evaluationHtml(report, results),
  );
}

async function evaluateBeats(options: EvaluateOptions, signal: AbortSignal): Promise<void> {
  if (options.channel !== undefined) throw noUse('--channel');
  const { evaluateHeartbeats } = await import('../../host/evaluate/evaluate-heartbeats.ts');
  const { heartbeatHtml } = await import('../../host/evaluate/heartbeat-html.ts');
  const progress = new Progress();
  const report = await evaluateHeartbeats(
    { ...requestOf(options), architectures: options.settings === undefined ? (options.architecture ?? null) : null },
    ({ architecture, seed, done, count }) => progress.say(`${done} of ${count}: ${architecture}, seed ${seed}`),
    signal,
  ).finally(() => progress.end());
  await deliver(options, report, heartbeatText, () => heartbeatHtml(report));
}

function requestOf(options: EvaluateOptions): {
  readonly dataset: string;
  readonly dataDir: string;
  readonly preset: NamedPreset;
  readonly seed: number;
  readonly jobs: number;
  readonly isFresh: boolean;
  workFolder(key: string): string;
} {
  const { dataset, data, seed, jobs, work, fresh, config } = options;
  return {
    dataset,
    dataDir: data,
    preset: presetOf(options),
    seed: wholeNumber('--seed', seed, 0),
    jobs: wholeNumber('--jobs', jobs, 1),
    isFresh: fresh ?? false,
    workFolder: (key) =>
      work ?? join(resolve(loadConfig({ file: config }).config.dataDir), 'evaluations', `${dataset}-${key}`),
  };
}

/** The preset, with what is asked for in its place. */
function presetOf({
  preset,
  dataset,
  architecture,
  settings,
  scoring,
  context,
  threshold,
}: EvaluateOptions): NamedPreset {
  const chosen = presetFor(preset, dataset);
  const [name, ...others] = architecture ?? [];
  if (settings !== undefined && (name === undefined || others.length > 0)) throw noUse('--settings');
  const isOwn = name !== undefined && (dataset !== 'ecg5000' || settings !== undefined);
  return {
    ...chosen,
    ...(isOwn && {
      architecture: { name, settings: settings === undefined ? {} : jsonObject('--settings', settings) },
    }),
    ...(context !== undefined && { hidesContext: isHidden(context) }),
    ...(scoring !== undefined && { scoring: { rule: scoring } }),
    ...(threshold !== undefined && { threshold: thresholdOf(threshold) }),
    name: [
      preset,
      ...(isOwn ? [name] : []),
      ...(context === undefined ? [] : [`context ${context}`]),
      ...(scoring === undefined ? [] : [scoring]),
      ...(threshold === undefined ? [] : ['other threshold']),
    ].join(', '),
  };
}

function isHidden(context: string): boolean {
  if (context === 'seen' || context === 'hidden') return context === 'hidden';
  throw new CupolaError('CUPOLA_USAGE_INVALID', `--context is ${context}, must be seen or hidden`, {
    field: '--context',
    value: context,
    bound: 'seen or hidden',
  });
}

function thresholdOf(text: string): ThresholdSetting {
  const parsed = thresholdSettingSchema.safeParse({ parameters: {}, ...jsonObject('--threshold', text) });
  if (parsed.success) return parsed.data;
  const bound = '{"policy": NAME, "parameters": {NAME: NUMBER}}';
  throw new CupolaError('CUPOLA_USAGE_INVALID', `--threshold is ${text}, must be ${bound}`, {
    field: '--threshold',
    value: text,
    bound,
  });
}

/** To files first, then to standard output: as JSON where that was asked for without a file. */
async function deliver<Report>(
  { json, html }: EvaluateOptions,
  report: Report,
  text: (report: Report) => string,
  page: () => string,
): Promise<void> {
  if (typeof json === 'string') await write(json, `${JSON.stringify(report)}\n`);
  if (html !== undefined) await write(html, page());
  printResult({ json: json === true }, report, text);
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

function show(progress: Progress, { channel, done, count, training, result, isKept }: EvaluationProgress): void {
  if (!result) {
    if (training)
      progress.show(`${done} of ${count} done; ${channel}, epoch ${training.epoch} of ${training.maxEpochs}`);
    return;
  }
  const { failure, predicted, labelled, seconds } = result.entry;
  const how = isKept ? 'kept' : `${seconds.toFixed(1)} s`;
  const what = failure ? failure.code : `${predicted.length} predicted, ${labelled.length} labelled`;
  progress.say(`${done} of ${count}: ${channel}, ${what} (${how})`);
}

const placeOf: Readonly<Record<string, string>> = {
  '--channel': 'left out with ecg5000',
  '--architecture': 'one, but with ecg5000',
  '--settings': 'with one --architecture',
};

function noUse(field: string): CupolaError {
  const bound = placeOf[field]!;
  return new CupolaError('CUPOLA_USAGE_INVALID', `${field} has no use here; it must be ${bound}`, { field, bound });
}
