/**
 * Every architecture by every threshold policy on the 40 channels of SMAP and MSL: guarded F0.5 (F1), or the share of rows that
 * was predicted where that is too much, and mean VUS-PR.
 *
 * `npm run quality -- architectures --data DIR` takes an hour and more; results are kept in `--work DIR`, so that it goes on where
 * it was, and `-- architectures --only dense,pca` fits those alone.
 */
import { parseArgs } from 'node:util';
import { presetFor, type EvaluationPreset } from '../../pipelines/evaluation/presets.ts';
import { parseThreshold } from '../../pipelines/thresholds/policies.ts';
import type { ThresholdSetting } from '../../pipelines/thresholds/threshold-setting.ts';
import type { ChannelResult } from '../../services/host/evaluate/evaluate-channel.ts';
import { comparedOn, evaluated, figuresOf, underThreshold } from './evaluated.ts';

const small = { hidden: [64], code: 8 };
const sparse = { hidden: [64], code: 24 };
const recurrent = { units: 16, code: 8 };

/** Each with a code of about the same size; those of the second list see the commands. */
const architectures: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  dense: small,
  stacked: { hidden: [64, 32], code: 8 },
  overcomplete: {},
  'sparse-l1': sparse,
  'sparse-kl': sparse,
  'k-sparse': sparse,
  denoising: small,
  contractive: small,
  adversarial: small,
  'level-free': small,
  convolutional: { filters: [32, 32], kernel: 8, stride: 4, code: 8 },
  variational: small,
  'beta-variational': small,
  'reconstruction-probability': small,
  gru: recurrent,
  lstm: recurrent,
  pca: { code: 8 },
  'last-value': {},
  'nearest-window': {},
};
const withCommands: typeof architectures = { ridge: {}, forecaster: {}, 'lstm-forecaster': { units: 16 } };

/** Each policy with its defaults, judging strides by all windows that cover them, smoothed as the preset has it. */
function thresholds(preset: EvaluationPreset): Readonly<Record<string, ThresholdSetting>> {
  const common = { smoothing: preset.threshold.parameters['smoothing']!, combined: 1 };
  const ofDynamic = new Set(['delay', 'buffer', 'decrease', 'memory', 'relearn']);
  const entries = Object.entries(preset.threshold.parameters).filter(([name]) => ofDynamic.has(name));
  const of = (policy: string, parameters: Record<string, number> = {}): ThresholdSetting =>
    parseThreshold({ policy, parameters: { ...parameters, ...common } });
  return {
    'dynamic-floor': parseThreshold(preset.threshold),
    dynamic: of('dynamic', Object.fromEntries(entries)),
    'mean + 6 sigma': of('mean-sigma', { k: 6 }),
    'median + 6 MAD': of('median-mad', { k: 6 }),
    'quantile 1 x 2': of('quantile', { q: 1, margin: 2 }),
    conformal: of('conformal'),
    'false-alarm-budget': of('false-alarm-budget'),
    pot: of('pot'),
    spot: of('spot'),
    dspot: of('dspot'),
    'recent quantile 1 x 2': of('recent-quantile', { margin: 2 }),
    'fixed 10': of('fixed', { level: 10 }),
  };
}

export async function measureArchitectures(args: string[]): Promise<number> {
  const options = {
    data: { type: 'string' },
    work: { type: 'string', default: '.cupola/quality' },
    only: { type: 'string' },
  } as const;
  const { data, work, only } = parseArgs({ args, options }).values;
  if (data === undefined) throw new Error('--data is missing: the folder that holds nasa-smap-msl');
  const judged = thresholds(presetFor('fast', comparedOn));
  process.stdout.write(
    `| architecture | VUS-PR | fits, s | ${Object.keys(judged).join(' | ')} |\n|-|-:|-:|${'-:|'.repeat(Object.keys(judged).length)}\n`,
  );
  for (const [name, settings] of Object.entries({ ...architectures, ...withCommands })) {
    if (only !== undefined && !only.split(',').includes(name)) continue;
    const changes = { architecture: { name, settings }, hidesContext: !(name in withCommands) };
    const results = await evaluated(data, work, name, changes);
    const cells = Object.values(judged).map((threshold) => cellOf(underThreshold(results, threshold)));
    const fitSeconds = results.reduce((sum, { entry }) => sum + entry.fitSeconds, 0);
    process.stdout.write(
      `| ${name} | ${vusPrOf(results).toFixed(2)} | ${fitSeconds.toFixed(0)} | ${cells.join(' | ')} |\n`,
    );
  }
  return 0;
}

function cellOf(entries: readonly ChannelResult['entry'][]): string {
  const { f05, f1, predictedShare } = figuresOf(entries);
  if (f05 === null || f1 === null) return `void, ${(100 * predictedShare).toFixed(0)} %`;
  return `${f05.toFixed(2)} (${f1.toFixed(2)})`;
}

function vusPrOf(results: readonly ChannelResult[]): number {
  const known = results.flatMap(({ entry }) => (entry.vusPr === null ? [] : [entry.vusPr]));
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}
