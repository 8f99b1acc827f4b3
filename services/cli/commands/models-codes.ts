import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { LatentCodes } from '../../../pipelines/alarms/latent-codes.ts';
import type { ModelCodes } from '../../console/api.ts';
import { interruption } from '../interruption.ts';
import { examples, printResult, timeText } from '../output.ts';
import { Progress } from '../progress.ts';
import { addSystemOptions, systemClient, type SystemOptions } from '../system-options.ts';
import { addTelemetryOptions, telemetryChoice, type TelemetryOptions } from '../telemetry-options.ts';
import { time } from '../time-option.ts';
import { wholeNumber } from '../whole-number.ts';

interface CodesOptions extends SystemOptions, TelemetryOptions {
  readonly models?: string;
  readonly from?: number;
  readonly to?: number;
  readonly limit: string;
  readonly csv?: string;
  readonly html?: string;
}

/** `cupola models codes VERSION`: the latent code of every window, and a map of them. */
export function addModelCodes(models: Command): void {
  addTelemetryOptions(
    addSystemOptions(
      models
        .command('codes')
        .description(
          'Export the latent codes of windows and map them to two dimensions: of those that a running system scored with a model, or of telemetry that is put through it now',
        ),
    ),
  )
    .argument('<version>', 'as `cupola models list` or `cupola train` shows it')
    .option('--from <time>', 'of a running system: ISO 8601 (default: as far back as the limit)', time)
    .option('--to <time>', 'of a running system: ISO 8601 (default: the newest window)', time)
    .option('--limit <number>', 'of a running system: the newest windows, 5000 at most', '5000')
    .option('--models <folder>', 'with telemetry: where models are stored (default: in the data folder)')
    .option('--csv <file>', 'write codes, places on the map and what was found of each window to this file as CSV')
    .option('--html <file>', 'write the map to this file as a picture')
    .addHelpText(
      'after',
      examples(
        'cupola models codes dense-0123456789ab --html map.html --csv codes.csv',
        'cupola models codes dense-0123456789ab --from 2026-01-05T12:00Z --json',
        'cupola models codes dense-0123456789ab --dataset smap --data data --channel P-3 --html map.html',
      ),
    )
    .action(exportCodes);
}

async function exportCodes(version: string, options: CodesOptions): Promise<void> {
  const codes = telemetryChoice(options)
    ? await codesOfTelemetry(version, options)
    : await codesOfRun(version, options);
  const { codesCsv } = await import('../../host/latent/codes-csv.ts');
  const { codesHtml } = await import('../../host/latent/codes-html.ts');
  if (options.csv !== undefined) await writeFile(options.csv, codesCsv(codes));
  if (options.html !== undefined) await writeFile(options.html, codesHtml(codes));
  printResult(options, codes, codesText);
}

function codesOfRun(version: string, options: CodesOptions): Promise<ModelCodes> {
  const { from, to } = options;
  const limit = wholeNumber('--limit', options.limit, 1);
  const query = new URLSearchParams({ limit: `${limit}` });
  if (from !== undefined) query.set('fromMs', `${from}`);
  if (to !== undefined) query.set('toMs', `${to}`);
  return systemClient(options).get(`/api/models/${encodeURIComponent(version)}/codes?${query}`);
}

async function codesOfTelemetry(version: string, options: CodesOptions): Promise<LatentCodes> {
  const { storedModel } = await import('../../host/stored-model.ts');
  const { codedTelemetry } = await import('../../host/latent/coded-telemetry.ts');
  const bundle = await storedModel(version, options);
  const ending = new AbortController();
  void interruption().then(() => ending.abort());
  const progress = new Progress();
  const onProgress = (windows: number): void => progress.show(`${windows} windows`);
  return codedTelemetry(bundle, telemetryChoice(options)!, onProgress, ending.signal).finally(() => progress.end());
}

function codesText(codes: LatentCodes): string {
  const { modelVersion, stream, units, windows, axesFrom, explained, explainedHere } = codes;
  if (units === 0) return `${modelVersion} of ${stream} has no latent code`;
  if (windows.length === 0) return `${modelVersion} of ${stream} scored no window in that time`;
  const [first, last] = [windows[0]!, windows.at(-1)!];
  const anomalous = windows.filter(({ anomalyId }) => anomalyId !== null).length;
  const judged = windows.filter(({ judgement }) => judgement !== null).length;
  return [
    `${modelVersion} of ${stream}: codes of ${units} units`,
    `${windows.length} windows, ${timeText(first.windowStartMs)} to ${timeText(last.windowEndMs)}; ${anomalous} in anomalies, ${judged} judged`,
    `the map's axes show ${sharesText(explained)} of the variance of the codes of ${axesFrom === 'holdout' ? 'the holdout' : 'these windows'}`,
    ...(axesFrom === 'holdout' ? [`and ${sharesText(explainedHere)} of those of these windows`] : []),
  ].join('\n');
}

function sharesText([first, second]: readonly [number, number]): string {
  return `${percent(first + second)} (${percent(first)} and ${percent(second)})`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
