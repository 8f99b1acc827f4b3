import { CupolaError } from '../errors.ts';
import type { ContaminationGuard } from '../training/contamination.ts';
import type { TrainingRequest } from '../ports.ts';
import type { ScoringSetting } from '../scoring/scoring-rule.ts';
import type { ThresholdSetting } from '../thresholds/threshold-setting.ts';

/** How every recording of a data set is learnt and watched in an evaluation: one setting for all of them. */
export interface EvaluationPreset {
  /** Settings that are left out have the architecture's defaults. */
  readonly architecture: { readonly name: string; readonly settings: Readonly<Record<string, unknown>> };
  /** How residuals become errors; the architecture's own rule or else squared where it is left out. */
  readonly scoring?: ScoringSetting;
  readonly training: Pick<TrainingRequest, 'batchSize' | 'learningRate' | 'maxEpochs' | 'patience' | 'maxSeconds'>;
  readonly windowRows: number;
  readonly strideRows: number;
  /** Whether models see the telemetry alone, without commands and other context. */
  readonly hidesContext: boolean;
  /** Share of the training windows, the newest, that the fit is judged and the threshold set by. */
  readonly holdoutShare: number;
  /** Leaves out training windows that stand apart from the others; none where it is left out: training parts are said to be normal. */
  readonly guard?: ContaminationGuard;
  /** Windows to train on at most, about. */
  readonly mostTrainingWindows: number;
  readonly threshold: ThresholdSetting;
  /**
   * Which score a row has in metrics of rows: of the window whose newest stride holds it, as a detector has it by then, the
   * mean of all windows that cover it, or the mean of what these say of the row's own stride.
   */
  readonly rowScore: 'newest' | 'mean' | 'combined';
  /** How much of a recording without a training part teaches: this share of its rows. */
  readonly trainingShare: number;
  /** And how many of its rows at most; any number where it is left out. */
  readonly mostTrainingRows?: number;
}

/** A preset as it is for one data set. */
export type NamedPreset = EvaluationPreset & { readonly name: string };

const fast: EvaluationPreset = {
  architecture: levelFree(64, 8),
  training: { batchSize: 64, learningRate: 0.001, maxEpochs: 30, patience: 6, maxSeconds: 20 },
  windowRows: 50,
  strideRows: 4,
  hidesContext: true,
  holdoutShare: 0.25,
  mostTrainingWindows: 2500,
  threshold: {
    policy: 'dynamic-floor',
    parameters: {
      memory: 0,
      delay: 525,
      buffer: 12,
      decrease: 0.3,
      relearn: 0,
      smoothing: 12,
      combined: 1,
      floorMargin: 4,
      floorError: 0.01,
    },
  },
  rowScore: 'mean',
  trainingShare: 0.15,
};

/** Where data sets differ: how long a window is, what is odd, how a threshold is set. */
const byDataset: Readonly<Record<string, Partial<EvaluationPreset>>> = {
  nab: {
    architecture: { name: 'nearest-window', settings: { neighbours: 20, newestRows: 1 } },
    windowRows: 24,
    strideRows: 1,
    holdoutShare: 0.3,
    mostTrainingRows: 750,
    threshold: { policy: 'recent-quantile', parameters: { memory: 1500, margin: 1.05, relearn: 0, combined: 1 } },
  },
  smd: {
    strideRows: 8,
    scoring: { rule: 'mahalanobis' },
    architecture: { name: 'dense', settings: { hidden: [128], code: 16, scaling: 'standard' } },
  },
  'smd-tsb-ad': {
    windowRows: 10,
    scoring: { rule: 'mahalanobis' },
    architecture: { name: 'dense', settings: { hidden: [128], code: 16, scaling: 'standard' } },
  },
  ecg5000: {
    architecture: { name: 'dense', settings: { hidden: [64], code: 8, scaling: 'standard' } },
    windowRows: 140,
    strideRows: 140,
    threshold: { policy: 'mean-sigma', parameters: { k: 2 } },
  },
};

/** What three models of different size come to on average. */
const several: EvaluationPreset['architecture'] = {
  name: 'ensemble',
  settings: { members: [levelFree(32, 16), levelFree(64, 8), levelFree(128, 8)], combine: 'mean' },
};

/** By name, what holds for every data set, and what differs for some. */
const presets: Readonly<Record<string, { readonly all: EvaluationPreset; readonly by: typeof byDataset }>> = {
  fast: { all: fast, by: byDataset },
  best: { all: { ...fast, architecture: several }, by: byDataset },
};

/** The names of all presets. */
export const presetNames: readonly string[] = Object.keys(presets);

function levelFree(hidden: number, code: number): EvaluationPreset['architecture'] {
  return { name: 'level-free', settings: { hidden: [hidden], code, scaling: 'standard' } };
}

/** What a preset comes to for a data set; smap and msl are parts of nasa-smap-msl. Errors: CUPOLA_USAGE_INVALID. */
export function presetFor(name: string, dataset: string): NamedPreset {
  const preset = presets[name];
  if (!preset) {
    const bound = `one of ${presetNames.join(', ')}`;
    throw new CupolaError('CUPOLA_USAGE_INVALID', `preset is ${name}, must be ${bound}`, {
      field: 'preset',
      value: name,
      bound,
    });
  }
  const whole = dataset === 'smap' || dataset === 'msl' ? 'nasa-smap-msl' : dataset;
  return { name, ...preset.all, ...preset.by[whole] };
}
