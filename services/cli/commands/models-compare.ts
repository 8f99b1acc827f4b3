import type { Command } from 'commander';
import { CupolaError } from '../../../pipelines/errors.ts';
import type { ComparedModel, ModelComparison } from '../../host/models/compare-models.ts';
import { interruption } from '../interruption.ts';
import { examples, printResult, table, timeText, type OutputOptions } from '../output.ts';
import { Progress } from '../progress.ts';
import {
  addStoredModelOptions,
  addTelemetryOptions,
  telemetryChoice,
  type StoredModelOptions,
  type TelemetryOptions,
} from '../telemetry-options.ts';

type CompareOptions = OutputOptions & StoredModelOptions & TelemetryOptions;

/** `cupola models compare A B ...`: models side by side. */
export function addModelCompare(models: Command): void {
  addTelemetryOptions(
    addStoredModelOptions(
      models
        .command('compare')
        .description('Set models side by side; with telemetry, also how far their decisions on it agree'),
    ),
  )
    .argument('<versions...>', 'two or more, as `cupola models list` or `cupola train` shows them')
    .option('--json', 'print JSON on one line')
    .addHelpText(
      'after',
      examples(
        'cupola models compare dense-0123456789ab lstm-ba9876543210',
        'cupola models compare dense-0123456789ab pca-ba9876543210 --dataset smap --data data --channel P-3',
      ),
    )
    .addHelpText(
      'after',
      '\nDecisions are compared on windows after all that the models were fitted on, where the telemetry has such.\nErrors are in scaled units: of models that scale otherwise they do not compare.',
    )
    .action(compare);
}

async function compare(versions: readonly string[], options: CompareOptions): Promise<void> {
  if (versions.length < 2) {
    const bound = 'two or more';
    throw new CupolaError('CUPOLA_USAGE_INVALID', `versions are ${versions.join(', ')}; name ${bound}`, {
      field: 'versions',
      value: versions,
      bound,
    });
  }
  const telemetry = telemetryChoice(options);
  const { compareModels } = await import('../../host/models/compare-models.ts');
  const { storedModel } = await import('../../host/stored-model.ts');
  const bundles = await Promise.all(versions.map((version) => storedModel(version, options)));
  const ending = new AbortController();
  void interruption().then(() => ending.abort());
  const progress = new Progress();
  const comparison = await compareModels(
    bundles,
    telemetry,
    (version) => progress.show(`watching with ${version}`),
    ending.signal,
  ).finally(() => progress.end());
  printResult(options, comparison, comparisonText);
}

function comparisonText({ models, differing, agreement, comparedFromMs }: ModelComparison): string {
  const row = (name: string, of: (model: ComparedModel) => string): string[] => [name, ...models.map(of)];
  const rows = [
    row('architecture', ({ architecture }) => architecture.name),
    ...Object.entries(differing).map(([name, values]) =>
      [`  ${name}`].concat(values.map((value) => (value === null ? '-' : JSON.stringify(value)))),
    ),
    row('stream', ({ stream }) => stream.stream),
    row('window rows', ({ shape }) => String(shape.rows)),
    row('weights', ({ weights }) => String(weights)),
    row('bytes', ({ bytes }) => String(bytes)),
    row('training windows', ({ training }) => String(training.windows)),
    row('holdout windows', ({ holdout }) => String(holdout.windows)),
    row('holdout loss', ({ holdoutLoss }) => number(holdoutLoss)),
    row('holdout median error', ({ holdout }) => number(holdout.medianError)),
    row('threshold policy', ({ threshold }) => threshold.setting.policy),
    row('threshold', ({ threshold }) => number(threshold.level)),
    row('false alarms a day', ({ threshold }) => number(threshold.expectedPerDay)),
    ...(agreement.length === 0
      ? []
      : [
          row('windows watched', ({ watched }) => String(watched?.windows ?? 0)),
          row('windows alarming', ({ watched }) => String(watched?.alarming ?? 0)),
          row('median score', ({ watched }) => number(watched?.medianScore)),
          row('us a window', ({ watched }) => number(watched?.microsecondsPerWindow)),
        ]),
  ];
  return [
    table(['', ...models.map(({ version }) => version)], rows),
    '',
    channelsText(models),
    ...(agreement.length === 0 ? [] : ['', agreementText(agreement, comparedFromMs)]),
  ].join('\n');
}

/** Median and 99 % quantile of the holdout error of every channel that a model scores. */
function channelsText(models: readonly ComparedModel[]): string {
  const scored = models.flatMap(({ channels }) => channels.filter(({ role }) => role === 'scored'));
  const ids = [...new Set(scored.map(({ id }) => id))];
  const rows = ids.map((id) => [id].concat(models.map((model) => errorText(model, id))));
  return table(['HOLDOUT ERROR BY CHANNEL: MEDIAN, 99 %', ...models.map(({ version }) => version)], rows);
}

function errorText({ channels }: ComparedModel, id: string): string {
  const holdout = channels.find((channel) => channel.id === id)?.holdout;
  return holdout ? `${number(holdout.median)}, ${number(holdout.q99)}` : '-';
}

function agreementText(agreement: ModelComparison['agreement'], fromMs: number | null): string {
  const rows = agreement.map(({ a, b, windows, both, onlyA, onlyB, neither }) =>
    [a, b, String(windows)].concat([both, onlyA, onlyB, neither].map((share) => `${(100 * share).toFixed(2)} %`)),
  );
  const after = fromMs === null ? '' : ` AFTER ${timeText(fromMs)}`;
  return table(['A', 'B', `WINDOWS${after}`, 'BOTH ALARM', 'ONLY A', 'ONLY B', 'NEITHER'], rows);
}

function number(value: number | null | undefined): string {
  return value === null || value === undefined ? '-' : Number(value.toPrecision(4)).toString();
}
