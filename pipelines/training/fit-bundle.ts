import type { ArchitectureDescription, WindowShape } from '../autoencoders/architecture.ts';
import type { Bundle, BundleManifest, WindowRange } from '../autoencoders/bundle.ts';
import { scalingOf } from '../autoencoders/objective-settings.ts';
import { allocateFeatureWindows, createWindowEncoder, type WindowEncoder } from '../features/encode-window.ts';
import { featureLayout, type FeatureLayout } from '../features/feature-layout.ts';
import { fitScaler } from '../features/fit-scaler.ts';
import type {
  FeatureWindows,
  ScoredWindows,
  ScoringRuntime,
  TrainingBackend,
  TrainingProgress,
  TrainingRequest,
} from '../ports.ts';
import { calibrate } from '../scoring/calibration.ts';
import { keptCodes } from '../scoring/normal-codes.ts';
import { parseScoring, type ScoringSetting } from '../scoring/scoring-rule.ts';
import type { StreamDefinition } from '../telemetry/stream-definition.ts';
import type { ThresholdSetting } from '../thresholds/threshold-setting.ts';
import { channelStatistics } from './channel-statistics.ts';
import { fitScoring, withoutOverlap } from './fit-scoring.ts';
import type { Selection } from './select-windows.ts';
import type { TrainingWindow } from './training-windows.ts';

export type FitOptions = Pick<
  TrainingRequest,
  'seed' | 'batchSize' | 'learningRate' | 'maxEpochs' | 'patience' | 'maxSeconds'
> & {
  readonly architecture: ArchitectureDescription;
  /** How residuals become errors; the architecture's own rule or else squared by default. */
  readonly scoring?: ScoringSetting | undefined;
  /** The threshold that the bundle brings along. */
  readonly threshold: ThresholdSetting;
};

export interface FitPorts {
  readonly backend: TrainingBackend;
  readonly runtime: ScoringRuntime;
}

/**
 * Fits a model of a stream: scaler, weights and scoring rule on the training windows alone, calibration on the holdout, as the
 * runtime that will score with it sees it.
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
  const { architecture, scoring, threshold, ...how } = options;
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
    },
    onProgress,
    signal,
  );
  const uncalibrated: BundleManifest = {
    schemaVersion: 1,
    architecture,
    shape,
    definition,
    scaler,
    training: rangeOf(training),
    holdout: rangeOf(holdout),
    channelWeights: layout.scored.map(() => 1),
    holdoutErrors: [],
    holdoutStrideMs: strideOf(holdout),
    holdoutMedianError: 1,
    threshold,
    statistics: channelStatistics(definition, layout.strideRows, training),
    fit: { seed: options.seed, backend: fitted.backend, epochs: fitted.epochs, bestEpoch: fitted.bestEpoch },
  };
  const unscored: Bundle = { manifest: uncalibrated, onnx: fitted.onnx };
  const rule = await fitScoring(setting, unscored, encodeAll(layout, encode, withoutOverlap(training)), runtime);
  const manifest = rule ? { ...uncalibrated, scoring: rule } : uncalibrated;
  const { featureErrors, latent } = await scoredHoldout(
    { manifest, onnx: fitted.onnx },
    encodeAll(layout, encode, holdout),
    runtime,
  );
  const calibration = calibrate(layout, featureErrors, holdout.length, rule?.rule);
  return {
    manifest: { ...manifest, ...calibration, holdoutCodes: keptCodes(latent, holdout.length) },
    onnx: fitted.onnx,
  };
}

async function scoredHoldout(bundle: Bundle, windows: FeatureWindows, runtime: ScoringRuntime): Promise<ScoredWindows> {
  const version = `uncalibrated ${bundle.manifest.definition.stream}`;
  await runtime.load(version, bundle);
  try {
    return await runtime.score(version, windows);
  } finally {
    await runtime.unload(version);
  }
}

function encodeAll(layout: FeatureLayout, encode: WindowEncoder, windows: readonly TrainingWindow[]): FeatureWindows {
  const encoded = allocateFeatureWindows(layout, windows.length);
  windows.forEach((window, index) => encode(window, encoded, index));
  return encoded;
}

/** Least distance between windows: a greater one is where windows were left out. */
function strideOf(windows: readonly TrainingWindow[]): number | undefined {
  const distances = windows.slice(1).map(({ startMs }, index) => startMs - windows[index]!.startMs);
  return distances.length > 0 ? Math.min(...distances) : undefined;
}

function rangeOf(windows: readonly TrainingWindow[]): WindowRange {
  return { fromMs: windows[0]!.startMs, toMs: windows.at(-1)!.endMs, windows: windows.length };
}
