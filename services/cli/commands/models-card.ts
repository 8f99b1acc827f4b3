import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import type { ModelCard } from '../../../pipelines/training/model-card/model-card.ts';
import { interruption } from '../interruption.ts';
import { examples, printResult, table, timeText } from '../output.ts';
import { Progress } from '../progress.ts';
import { systemClient, type SystemOptions } from '../system-options.ts';
import {
  addStoredModelOptions,
  addTelemetryOptions,
  telemetryChoice,
  type StoredModelOptions,
  type TelemetryOptions,
} from '../telemetry-options.ts';

type CardOptions = SystemOptions & StoredModelOptions & TelemetryOptions & { readonly html?: string };

/** `cupola models card VERSION`: all that a model is, on one page. */
export function addModelCard(models: Command): void {
  addTelemetryOptions(
    addStoredModelOptions(
      models
        .command('card')
        .description('All that a model is: architecture, training, errors, what its code answers to'),
    ),
  )
    .argument('<version>', 'as `cupola models list` or `cupola train` shows it')
    .option('--html <file>', 'write the card as one HTML page')
    .option('--url <url>', "ask this running system, whose history has the windows that the model's code answers to")
    .option('--json', 'print the whole card as JSON on one line')
    .addHelpText(
      'after',
      examples(
        'cupola models card dense-0123456789ab --html card.html',
        'cupola models card dense-0123456789ab --dataset smap --data data --channel P-3 --html card.html',
        'cupola models card dense-0123456789ab --url http://127.0.0.1:8470 --json',
      ),
    )
    .addHelpText('after', '\nWindows that a latent unit answers to are shown where there is telemetry to find them in.')
    .action(showCard);
}

async function showCard(version: string, options: CardOptions): Promise<void> {
  const card = await cardOf(version, options);
  const { html } = options;
  if (html !== undefined) {
    const { modelCardHtml } = await import('../../host/models/recorded-card.ts');
    await mkdir(dirname(html), { recursive: true });
    await writeFile(html, modelCardHtml(card));
  }
  printResult(options, card, (one) => cardText(one, html));
}

async function cardOf(version: string, options: CardOptions): Promise<ModelCard> {
  if (options.url !== undefined)
    return systemClient(options).get<ModelCard>(`/api/models/${encodeURIComponent(version)}/card`);
  const telemetry = telemetryChoice(options);
  const { recordedCard } = await import('../../host/models/recorded-card.ts');
  const { storedModel } = await import('../../host/stored-model.ts');
  const ending = new AbortController();
  void interruption().then(() => ending.abort());
  const progress = new Progress();
  if (telemetry) progress.show('reading telemetry');
  const onProgress = (windows: number): void => progress.show(`${windows} windows`);
  return recordedCard(await storedModel(version, options), telemetry, ending.signal, onProgress).finally(() =>
    progress.end(),
  );
}

function cardText(card: ModelCard, html: string | undefined): string {
  const { architecture, stream, training, holdout, threshold, latent, fit, versions } = card;
  const settings = architecture.settings.map(({ name, value }) => `${name} ${JSON.stringify(value)}`);
  const layers = card.layers.map(({ layers }) => layers.map(({ name, width }) => `${name} ${width}`).join(', '));
  const rows = [
    ['architecture', `${architecture.name}: ${architecture.title}`],
    ['settings', settings.join(', ') || 'none'],
    ...layers.map((text) => ['layers', text]),
    ['weights', `${card.weights} that are not 0; ${card.bytes} bytes in all`],
    ['stream', `${stream.stream}, definition version ${versions.streamDefinition}`],
    ['training', `${training.windows} windows, ${timeText(training.fromMs)} to ${timeText(training.toMs)}`],
    ['holdout', `${holdout.windows} windows, median error ${holdout.medianError.toPrecision(4)}`],
    ['fit', `${fit.epochs.length} epochs, best ${fit.bestEpoch}, seed ${fit.seed}, on ${fit.backend}`],
    ['threshold', `${threshold.setting.policy}, begins at ${threshold.level.toPrecision(4)}`],
    ['false alarms', `${threshold.expectedPerDay?.toPrecision(3) ?? 'unknown'} windows a day`],
    ['latent units', latent ? `${latent.units}, seen on ${latent.windows} windows` : 'none'],
  ];
  const channels = card.channels.map(({ id, role, seen, holdout }) => [
    id,
    role,
    seen ? `${seen.min.toPrecision(4)} to ${seen.max.toPrecision(4)}` : '-',
    holdout?.median.toPrecision(3) ?? '-',
    holdout?.q99.toPrecision(3) ?? '-',
    holdout?.max.toPrecision(3) ?? '-',
  ]);
  return [
    table(['version', card.version], rows),
    '',
    table(['CHANNEL', 'ROLE', 'RANGE IN TRAINING', 'ERROR MEDIAN', '99 %', 'GREATEST'], channels),
    ...(html === undefined ? [] : ['', `Written to ${html}`]),
  ].join('\n');
}
