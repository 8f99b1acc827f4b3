/**
 * What anomalies among the training telemetry cost, and what of it the contamination guard gets back: recordings with labels are
 * learnt and watched as they are, with faults injected into 5 % of the rows of their training part (its newest quarter, the
 * holdout, included), and both with the guard. The test part is left as it is, and so is every setting.
 *
 * `npm run quality -- contamination --data FOLDER` runs over the ten machines of smd-tsb-ad and a dozen channels of nasa-smap-msl;
 * `--seed N` is of injections and weights, `--json` prints JSON. It ends with exit code 1 where, with the guard on in both as the
 * product has it, contaminated data costs a tenth of the quality of clean data or more: of VUS-PR (how well scores rank), or of
 * guarded F0.5 or F1 (what came of it, the threshold included), each the mean over both data sets. What both cost against clean data
 * without the guard is printed too.
 */
import { parseArgs } from 'node:util';
import { evaluationFigures, type EvaluatedChannel } from '../../pipelines/evaluation/evaluation-figures.ts';
import { presetFor, type NamedPreset } from '../../pipelines/evaluation/presets.ts';
import type { DatasetMember } from '../../pipelines/evaluation/datasets/recording.ts';
import { injectAnomalies } from '../../pipelines/evaluation/inject-anomalies.ts';
import { usualGuard } from '../../pipelines/training/contamination.ts';
import type { FitPorts } from '../../pipelines/training/fit-bundle.ts';
import { evaluateChannel } from '../../services/host/evaluate/evaluate-channel.ts';
import { closeFitPorts, openFitPorts } from '../../services/host/fit-ports.ts';
import { datasetMembers, openDataset } from '../../services/sources/open-dataset.ts';

/** Share of the quality of clean data that contaminated data may cost. */
const mostCost = 0.1;
const share = 0.05;
/** Every so manieth channel of a data set. */
const every: Readonly<Record<string, number>> = { 'smd-tsb-ad': 1, 'nasa-smap-msl': 3 };

const conditions = ['clean', 'clean, guard', 'contaminated', 'contaminated, guard'] as const;
type Condition = (typeof conditions)[number];
/** What is held against what. */
const comparisons: readonly (readonly [Condition, Condition])[] = [
  ['contaminated', 'clean'],
  ['contaminated, guard', 'clean, guard'],
  ['contaminated, guard', 'clean'],
  ['clean, guard', 'clean'],
];

/** What one data set came to under one condition. */
interface Quality {
  readonly vusPr: number;
  readonly f05: number;
  readonly f1: number;
}

export async function measureContamination(options: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...options],
    options: {
      data: { type: 'string', default: 'shared/data' },
      seed: { type: 'string', default: '1' },
      json: { type: 'boolean' },
    },
  });
  const seed = Number(values.seed);
  const results: Record<string, Record<Condition, Quality>> = {};
  const ports = await openFitPorts();
  try {
    for (const dataset of Object.keys(every)) results[dataset] = await measureOn(dataset, values.data, seed, ports);
  } finally {
    await closeFitPorts(ports);
  }
  process.stdout.write(`${values.json ? JSON.stringify(results) : table(results)}\n`);
  return Object.values(costsOf(results, 'contaminated, guard', 'clean, guard')).every((cost) => cost < mostCost)
    ? 0
    : 1;
}

async function measureOn(
  dataset: string,
  dataDir: string,
  seed: number,
  ports: FitPorts,
): Promise<Record<Condition, Quality>> {
  const preset = presetFor('fast', dataset);
  const names = (await datasetMembers({ dataset, dataDir })).filter((_, index) => index % (every[dataset] ?? 1) === 0);
  const channels: Record<Condition, EvaluatedChannel[]> = {
    clean: [],
    'clean, guard': [],
    contaminated: [],
    'contaminated, guard': [],
  };
  for (const [index, name] of names.entries()) {
    process.stderr.write(`${dataset}, ${name} (${index + 1} of ${names.length}) ...\n`);
    const { windowRows, strideRows } = preset;
    const [member] = await openDataset({ dataset, dataDir, member: name, options: { windowRows, strideRows } });
    const spoilt = contaminated(member!, seed);
    for (const condition of conditions)
      channels[condition].push(
        await evaluated(
          condition.startsWith('clean') ? member! : spoilt,
          preset,
          condition.endsWith('guard'),
          seed,
          ports,
        ),
      );
  }
  return Object.fromEntries(
    conditions.map((condition): [Condition, Quality] => {
      const { sequences, vusPr } = evaluationFigures(channels[condition], seed);
      return [condition, { vusPr: vusPr!.mean, f05: sequences.f05 ?? 0, f1: sequences.f1 ?? 0 }];
    }),
  ) as Record<Condition, Quality>;
}

/** The same recording with faults in the rows that a model learns from. */
function contaminated(member: DatasetMember, seed: number): DatasetMember {
  const { recording, timeline } = member;
  const { channels } = recording.definition;
  const end = timeline!.trainingRows * channels.length;
  const training = recording.values.subarray(0, end);
  const faulty = channels.flatMap(({ kind, role }, index) => (kind === 'real' && role === 'scored' ? [index] : []));
  const plan = { leastRows: 20, mostRows: 100, leastAmplitude: 1, mostAmplitude: 4 };
  const injected = injectAnomalies({ values: training, channels: channels.length }, { ...plan, share, faulty, seed });
  const values = recording.values.slice();
  values.set(injected.values);
  return { ...member, recording: { ...recording, values } };
}

async function evaluated(
  member: DatasetMember,
  preset: NamedPreset,
  isGuarded: boolean,
  seed: number,
  ports: FitPorts,
): Promise<EvaluatedChannel> {
  const { name: _, ...settings } = preset;
  // Epochs rather than seconds: the same on every machine.
  const training = { ...settings.training, maxSeconds: 600, maxEpochs: 12 };
  const how = { ...settings, training, ...(isGuarded && { guard: usualGuard }) };
  const { entry } = await evaluateChannel(member, how, seed, ports, () => {}, new AbortController().signal);
  return { ...entry, score: null };
}

/** The share of each figure under one condition, the mean over data sets, that is lost under another. */
function costsOf(
  results: Readonly<Record<string, Record<Condition, Quality>>>,
  of: Condition,
  against: Condition,
): Quality {
  const sum = (condition: Condition, figure: keyof Quality): number =>
    Object.values(results).reduce((total, one) => total + one[condition][figure], 0);
  const cost = (figure: keyof Quality): number => 1 - sum(of, figure) / sum(against, figure);
  return { vusPr: cost('vusPr'), f05: cost('f05'), f1: cost('f1') };
}

function table(results: Readonly<Record<string, Record<Condition, Quality>>>): string {
  const cells = ({ vusPr, f05, f1 }: Quality, text: (figure: number) => string): string =>
    [vusPr, f05, f1].map(text).join(' | ');
  const rows = Object.entries(results).flatMap(([dataset, of]) =>
    conditions.map(
      (condition) => `| ${dataset} | ${condition} | ${cells(of[condition], (figure) => figure.toFixed(3))} |`,
    ),
  );
  const costs = comparisons.map(
    ([of, against]) =>
      `| cost of ${of} | against ${against} | ${cells(costsOf(results, of, against), (cost) => `${(100 * cost).toFixed(1)} %`)} |`,
  );
  return [
    '| data set | training telemetry | VUS-PR | guarded F0.5 | guarded F1 |',
    '|-|-|-:|-:|-:|',
    ...rows,
    ...costs,
    '',
    `With the guard on in both, contaminated telemetry must cost less than ${100 * mostCost} % of each.`,
  ].join('\n');
}
