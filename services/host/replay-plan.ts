import { parseArchitecture } from '../../pipelines/autoencoders/architecture-settings.ts';
import type { ArchitectureDescription } from '../../pipelines/autoencoders/architecture.ts';
import type { DatasetMember } from '../../pipelines/evaluation/datasets/recording.ts';
import { trainingEndMs } from '../../pipelines/evaluation/datasets/row-timeline.ts';
import type { WatchPlan } from '../../pipelines/evaluation/watch-recording.ts';
import { windowRows, type StreamDefinition } from '../../pipelines/telemetry/stream-definition.ts';
import { parseThreshold } from '../../pipelines/thresholds/policies.ts';
import type { ThresholdSetting } from '../../pipelines/thresholds/threshold-setting.ts';

/** What may be chosen for a replay; the same for every channel of a data set. */
export interface ReplaySettings {
  /** 1 by default. */
  readonly seed?: number;
  /** A small dense autoencoder by default. */
  readonly architecture?: string;
  /** The architecture's own settings; its defaults where left out. */
  readonly architectureSettings?: Readonly<Record<string, unknown>>;
  /** By default mean + 6 sigma of the holdout. */
  readonly threshold?: ThresholdSetting;
  /** Passes over the training windows at most. */
  readonly maxEpochs?: number;
}

/**
 * What holds unless a replay says otherwise. None of it was chosen by results on a data set: windows and passes are few
 * enough for two cores to fit forty channels in minutes, and a threshold on a holdout of a few hundred overlapping
 * windows must reach beyond the worst of them, since the test part is several times as long.
 */
const defaults = {
  mostTrainingWindows: 1200,
  holdoutShare: 0.2,
  batchSize: 64,
  learningRate: 0.001,
  maxEpochs: 40,
  patience: 5,
  hiddenUnits: 64,
  /** The code is an eighth of what it stands for, at most this. */
  mostCode: 32,
  threshold: { policy: 'mean-sigma', parameters: { k: 6 } },
} as const;

/** How one recording is watched. Errors: CUPOLA_ARCHITECTURE_INVALID, CUPOLA_THRESHOLD_INVALID. */
export function replayPlan(member: DatasetMember, settings: ReplaySettings): WatchPlan {
  const { holdoutShare, mostTrainingWindows, batchSize, learningRate, patience } = defaults;
  const { definition } = member.recording;
  return {
    fitAtMs: member.timeline ? trainingEndMs(member.timeline) : firstPartEndMs(member),
    isTestAfterFit: member.timeline !== null,
    mostTrainingWindows,
    holdoutShare,
    fit: {
      architecture: architectureOf(definition, settings),
      threshold: parseThreshold(settings.threshold ?? defaults.threshold),
      seed: settings.seed ?? 1,
      maxEpochs: settings.maxEpochs ?? defaults.maxEpochs,
      batchSize,
      learningRate,
      patience,
    },
  };
}

/** Without a training part of its own, a recording teaches until twice its warm-up is over: robust-limits, then the fit. */
function firstPartEndMs({ recording: { definition, timeMs } }: DatasetMember): number {
  const { intervalMs, warmUpMs } = definition;
  return Math.ceil((timeMs[0]! + 2 * warmUpMs) / intervalMs) * intervalMs;
}

function architectureOf(definition: StreamDefinition, settings: ReplaySettings): ArchitectureDescription {
  const { architecture: name, architectureSettings } = settings;
  if (name !== undefined && name !== 'dense') return parseArchitecture(name, architectureSettings);
  const scored = definition.channels.filter(({ role }) => role === 'scored').length;
  const code = Math.min(defaults.mostCode, Math.ceil((windowRows(definition) * scored) / 8));
  return parseArchitecture('dense', { hidden: [defaults.hiddenUnits], code, ...architectureSettings });
}
