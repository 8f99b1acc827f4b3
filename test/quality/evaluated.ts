import { join } from 'node:path';
import type { EvaluationPreset, NamedPreset } from '../../pipelines/evaluation/presets.ts';
import { presetFor } from '../../pipelines/evaluation/presets.ts';
import { guardedSequences } from '../../pipelines/evaluation/metrics/guarded-sequences.ts';
import type { SequenceFigures } from '../../pipelines/evaluation/metrics/sequence-figures.ts';
import type { ThresholdSetting } from '../../pipelines/thresholds/threshold-setting.ts';
import type { ChannelResult } from '../../services/host/evaluate/evaluate-channel.ts';
import { evaluateDataset } from '../../services/host/evaluate/evaluate-dataset.ts';
import { withThreshold } from '../../services/host/evaluate/with-threshold.ts';

/** The data set that settings and architectures are compared on. */
export const comparedOn = 'nasa-smap-msl';

/** Results of every channel, with an architecture in place of the preset's; they are kept in a folder of its own. */
export async function evaluated(
  dataDir: string,
  workDir: string,
  name: string,
  changes: Partial<EvaluationPreset>,
): Promise<readonly ChannelResult[]> {
  const preset: NamedPreset = { ...presetFor('fast', comparedOn), ...changes };
  const { results } = await evaluateDataset(
    { dataset: comparedOn, dataDir, preset, seed: 1, jobs: 2, isFresh: false, workFolder: () => join(workDir, name) },
    ({ channel, done, count, result }) => {
      if (result) process.stderr.write(`\r${name}: ${done} of ${count}, ${channel}        `);
    },
    new AbortController().signal,
  );
  process.stderr.write('\n');
  return results;
}

/** What the results come to by channel under a threshold, which need not be the one that they were judged by. */
export function underThreshold(
  results: readonly ChannelResult[],
  threshold: ThresholdSetting,
): ChannelResult['entry'][] {
  return results.map((result) => withThreshold(result, threshold).entry);
}

/** Guarded counts of channels, in one line of a table: P, R, F0.5, F1. */
export function figuresLine(figures: SequenceFigures): string {
  const { precision, recall, f05, f1 } = figures;
  return [precision, recall, f05, f1].map((figure) => (figure === null ? 'void' : figure.toFixed(3))).join(' | ');
}

/** Guarded counts, pooled. */
export function figuresOf(entries: readonly ChannelResult['entry'][]): SequenceFigures {
  return guardedSequences(entries);
}
