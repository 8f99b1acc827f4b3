import { parseArchitecture } from '../../../pipelines/autoencoders/architecture-settings.ts';
import type { DatasetMember } from '../../../pipelines/evaluation/datasets/recording.ts';
import { trainingEndMs } from '../../../pipelines/evaluation/datasets/row-timeline.ts';
import type { EvaluationPreset } from '../../../pipelines/evaluation/presets.ts';
import type { WatchPlan } from '../../../pipelines/evaluation/watch-recording.ts';
import { parseScoring } from '../../../pipelines/scoring/scoring-rule.ts';
import type { FitOptions } from '../../../pipelines/training/fit-bundle.ts';
import { parseThreshold } from '../../../pipelines/thresholds/policies.ts';

/** How a preset has models fitted. Errors: CUPOLA_ARCHITECTURE_INVALID, CUPOLA_SCORING_INVALID, CUPOLA_THRESHOLD_INVALID. */
export function fitOptions({ architecture, scoring, training, threshold }: EvaluationPreset, seed: number): FitOptions {
  const described = parseArchitecture(architecture.name, architecture.settings);
  return {
    architecture: described,
    scoring: parseScoring(scoring, described),
    threshold: parseThreshold(threshold),
    seed,
    ...training,
  };
}

/** How a preset has a recording watched. Errors: as fitOptions. */
export function evaluationPlan(member: DatasetMember, preset: EvaluationPreset, seed: number): WatchPlan {
  const { timeline } = member;
  return {
    fitAtMs: timeline ? trainingEndMs(timeline) : firstPartEndMs(member, preset),
    isTestAfterFit: timeline !== null,
    mostTrainingWindows: preset.mostTrainingWindows,
    holdoutShare: preset.holdoutShare,
    guard: preset.guard,
    fit: fitOptions(preset, seed),
  };
}

/** Where what may teach of a recording without a training part is over. */
function firstPartEndMs(
  { recording: { definition, timeMs } }: DatasetMember,
  { trainingShare, mostTrainingRows = Infinity }: EvaluationPreset,
): number {
  const { intervalMs } = definition;
  const row = Math.min(timeMs.length - 1, Math.ceil(trainingShare * timeMs.length), mostTrainingRows);
  return Math.ceil(timeMs[row]! / intervalMs) * intervalMs;
}
