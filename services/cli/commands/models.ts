import type { Command } from 'commander';
import {
  boundsText,
  describeArchitectures,
  type ArchitectureOverview,
} from '../../../pipelines/autoencoders/describe-architectures.ts';
import { CupolaError } from '../../../pipelines/errors.ts';
import type { ModelDetail, ModelList, ThresholdHistory } from '../../console/api.ts';
import { examples, printResult, table, timeText, type OutputOptions } from '../output.ts';
import { Progress } from '../progress.ts';
import { addModelsHistory } from './models-history.ts';
import type { SystemClient } from '../system-client.ts';
import {
  addChangeOptions,
  addSystemOptions,
  systemClient,
  type ChangeOptions,
  type SystemOptions,
} from '../system-options.ts';
import { addModelCard } from './models-card.ts';
import { addModelCompare } from './models-compare.ts';
import { addModelImport } from './models-import.ts';
import { addModelCodes } from './models-codes.ts';
import { addLatentCommands } from './models-latent.ts';

/** `cupola models list|show|promote|rollback`: the models of a running system; `architectures`: what can be trained. */
export function addModels(program: Command): void {
  const models = program.command('models').description('List, show, promote and roll back models of a running system');
  addSystemOptions(models.command('list').description('List the models, oldest first; * governs its stream'))
    .option('--stream <stream>', 'only those of this stream')
    .addHelpText('after', examples('cupola models list', 'cupola models list --stream water --json'))
    .action(listModels);
  addSystemOptions(models.command('show').description('Show what a model was trained on and how it did'))
    .argument('<version>', 'as `cupola models list` shows it')
    .addHelpText('after', examples('cupola models show dense-0123456789ab'))
    .action(showModel);
  addChangeOptions(models.command('promote').description('Let a model govern its stream from the next window on'))
    .argument('<version>', 'as `cupola models list` shows it')
    .addHelpText('after', examples('cupola models promote dense-0123456789ab --reason "fewer false alarms"'))
    .action(promote);
  addChangeOptions(models.command('rollback').description('Let the model govern again that did before the current one'))
    .argument('<stream>', 'as `cupola streams` shows it')
    .addHelpText('after', examples('cupola models rollback water --reason "alarms whenever urine is processed"'))
    .action(rollback);
  addModelsHistory(models);
  models
    .command('architectures')
    .description('List the architectures that can be trained, with their settings; needs no running system')
    .argument('[name]', 'this one alone')
    .option('--json', 'print JSON: settings with bounds and defaults as JSON Schema has them')
    .addHelpText('after', examples('cupola models architectures', 'cupola models architectures lstm --json'))
    .action(listArchitectures);
  addModelCard(models);
  addModelCompare(models);
  addModelImport(models);
  addLatentCommands(models);
  addModelCodes(models);
}

async function listModels(options: SystemOptions & { readonly stream?: string }): Promise<void> {
  const query = options.stream === undefined ? '' : `?stream=${encodeURIComponent(options.stream)}`;
  const result = await systemClient(options).get<ModelList>(`/api/models${query}`);
  printResult(options, result, ({ models, governing }) => {
    const rows = models.map((model) => [
      governing.includes(model.version) ? '*' : '',
      model.version,
      `${model.stream}@${model.definitionVersion}`,
      model.holdoutMedianError.toPrecision(3),
      timeText(model.createdAtMs),
    ]);
    return table(['', 'VERSION', 'STREAM', 'HOLDOUT MEDIAN ERROR', 'CREATED'], rows);
  });
}

async function showModel(version: string, options: SystemOptions): Promise<void> {
  const detail = await systemClient(options).get<ModelDetail>(`/api/models/${encodeURIComponent(version)}`);
  printResult(options, detail, ({ manifest }) => {
    const { definition, architecture, training, holdout, threshold, fit } = manifest;
    const rows = [
      ['stream', `${definition.stream}, definition version ${definition.version}`],
      ['architecture', `${architecture.name} ${JSON.stringify(architecture.settings)}`],
      ['training', `${training.windows} windows, ${timeText(training.fromMs)} to ${timeText(training.toMs)}`],
      ['holdout', `${holdout.windows} windows, ${timeText(holdout.fromMs)} to ${timeText(holdout.toMs)}`],
      ['holdout median error', manifest.holdoutMedianError.toPrecision(4)],
      ['threshold', `${threshold.policy} ${JSON.stringify(threshold.parameters)}`],
      ['fit', `${fit.epochs.length} epochs, best ${fit.bestEpoch}, on ${fit.backend}`],
    ];
    return table(['version', version], rows);
  });
}

async function promote(version: string, options: ChangeOptions): Promise<void> {
  const client = systemClient(options);
  const { manifest } = await client.get<ModelDetail>(`/api/models/${encodeURIComponent(version)}`);
  await letGovern(client, manifest.definition.stream, version, options);
}

async function rollback(stream: string, options: ChangeOptions): Promise<void> {
  const client = systemClient(options);
  const query = `?stream=${encodeURIComponent(stream)}`;
  const { thresholds } = await client.get<ThresholdHistory>(`/api/thresholds${query}`);
  const governed = thresholds.flatMap(({ steps }) => steps.flatMap(({ modelVersion }) => modelVersion ?? []));
  const earlier = governed.findLast((version) => version !== governed.at(-1));
  if (earlier !== undefined) return letGovern(client, stream, earlier, options);
  const bound = 'a stream that two models have governed';
  throw new CupolaError('CUPOLA_MODEL_UNKNOWN', `no model governed ${stream} before the current one`, {
    field: 'stream',
    value: stream,
    bound,
  });
}

async function letGovern(
  client: SystemClient,
  stream: string,
  modelVersion: string,
  options: ChangeOptions,
): Promise<void> {
  const progress = new Progress();
  const { wait, reason = '' } = options;
  const status = await client
    .command({ type: 'promote', stream, modelVersion, reason }, wait * 1000, (waitedMs) =>
      progress.show(`waiting for the next window of ${stream} (${(waitedMs / 1000).toFixed(0)} s)`),
    )
    .finally(() => progress.end());
  printResult(options, status, ({ state, effectiveFromMs }) =>
    state === 'applied'
      ? `${modelVersion} governs ${stream} from ${timeText(effectiveFromMs)} on`
      : `${modelVersion} was asked for; it will govern ${stream} from the next window on`,
  );
}

function listArchitectures(name: string | undefined, options: OutputOptions): void {
  const all = describeArchitectures();
  const architectures = all.filter((architecture) => name === undefined || architecture.name === name);
  if (architectures.length === 0) {
    const bound = `one of ${all.map((architecture) => architecture.name).join(', ')}`;
    throw new CupolaError('CUPOLA_ARCHITECTURE_INVALID', `no architecture is called ${name}; name ${bound}`, {
      field: 'name',
      value: name,
      bound,
    });
  }
  printResult(options, { architectures }, () => architectures.map(architectureText).join('\n\n'));
}

function architectureText({ name, title, description, settings }: ArchitectureOverview): string {
  const rows = Object.entries(settings).map(([setting, about]) => [
    setting,
    JSON.stringify(about.default),
    boundsText(about),
    about.description,
  ]);
  return `${name}: ${title}. ${description}.\n${table(['SETTING', 'DEFAULT', 'BOUNDS', 'MEANING'], rows)}`;
}
