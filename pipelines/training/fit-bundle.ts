import type { ArchitectureDescription, WindowShape } from '../autoencoders/architecture.ts';
import type { Bundle } from '../autoencoders/bundle.ts';
import { scalingOf } from '../autoencoders/objective-settings.ts';
import { createWindowEncoder } from '../features/encode-window.ts';
import { featureLayout } from '../features/feature-layout.ts';
import { fitScaler } from '../features/fit-scaler.ts';
import type { ScoringRuntime, TrainingBackend, TrainingProgress, TrainingRequest } from '../ports.ts';
import { parseScoring, type ScoringSetting } from '../scoring/scoring-rule.ts';
import type { StreamDefinition } from '../telemetry/stream-definition.ts';
import type { ThresholdSetting } from '../thresholds/threshold-setting.ts';
import { weightsToStartFrom } from './warm-start.ts';
import { calibratedBundle, encodeAll } from './calibrated-bundle.ts';
import type { Selection } from './select-windows.ts';

export type FitOptions = Pick<
  TrainingRequest,
  'seed' | 'batchSize' | 'learningRate' | 'maxEpochs' | 'patience' | 'maxSeconds'
> & {
  readonly architecture: ArchitectureDescription;
  /** How residuals become errors; the architecture's own rule or else squared by default. */
  readonly scoring?: ScoringSetting | undefined;
  /** The threshold that the bundle brings along. */
  readonly threshold: ThresholdSetting;
  /** A model of the same architecture and shape, of any stream, whose weights the fit starts from. */
  readonly startFrom?: Bundle | undefined;
};

export interface FitPorts {
  readonly backend: TrainingBackend;
  readonly runtime: ScoringRuntime;
}

/**
 * Fits a model of a stream: scaler, weights and scoring rule on the training windows alone, calibration on the holdout, as the
 * runtime that will score with it sees it. Errors: CUPOLA_MODEL_UNSUITED where there is nothing to start from.
 */
export async function fitBundle(
  definition: StreamDefinition,
  { training, holdout }: Selection,
  options: FitOptions,
  { backend, runtime }: FitPorts,
  onProgress: (progress: TrainingProgress) => void = () => {},
  signal?: AbortSignal,
): Promise<Bundle> {
  const layout = featureLayout(definition);
  const { rows, features, scoredFeatures } = layout;
  const shape: WindowShape = { rows, features, scoredFeatures };
  const { architecture, scoring, threshold, startFrom, ...how } = options;
  const setting = parseScoring(scoring, architecture);
  const scaler = fitScaler(layout, scalingOf(architecture.settings), training);
  const encode = createWindowEncoder(layout, scaler);
  const fitted = await backend.fit(
    {
      architecture,
      shape,
      training: encodeAll(layout, encode, training),
      holdout: encodeAll(layout, encode, holdout),
      ...how,
      ...(startFrom && { startFrom: weightsToStartFrom(startFrom, architecture, shape) }),
    },
    onProgress,
    signal,
  );
  const { epochs, bestEpoch } = fitted;
  const fit = { seed: options.seed, backend: fitted.backend, epochs, bestEpoch };
  const made = { architecture, scaler, threshold, fit, onnx: fitted.onnx };
  return calibratedBundle(definition, { training, holdout }, made, setting, runtime);
}
