import type { Bundle, BundleManifest, WindowRange } from '../autoencoders/bundle.ts';
import { allocateFeatureWindows, createWindowEncoder, type WindowEncoder } from '../features/encode-window.ts';
import { featureLayout, type FeatureLayout } from '../features/feature-layout.ts';
import type { FeatureWindows, ScoredWindows, ScoringRuntime } from '../ports.ts';
import { calibrate } from '../scoring/calibration.ts';
import { combinedErrors } from '../scoring/combined-strides.ts';
import { keptCodes } from '../scoring/normal-codes.ts';
import { errorsOfParts } from '../scoring/reconstruction-error.ts';
import type { ScoringSetting } from '../scoring/scoring-rule.ts';
import type { StreamDefinition } from '../telemetry/stream-definition.ts';
import { channelStatistics } from './channel-statistics.ts';
import { fitScoring, withoutOverlap } from './fit-scoring.ts';
import type { Selection } from './select-windows.ts';
import type { TrainingWindow } from './training-windows.ts';

/** A model whose weights are there: all of a bundle that does not follow from its windows. */
export type MadeModel = Pick<BundleManifest, 'architecture' | 'scaler' | 'threshold' | 'fit'> & {
  readonly onnx: Uint8Array;
};

/**
 * The bundle of a model: its scoring rule fitted on the training windows, and calibrated on the holdout, as the runtime that will
 * score with it sees them.
 *
 * Errors: CUPOLA_SCORING_INVALID, CUPOLA_RUNTIME_FAILED.
 */
export async function calibratedBundle(
  definition: StreamDefinition,
  { training, holdout }: Selection,
  { onnx, ...made }: MadeModel,
  scoring: ScoringSetting,
  runtime: ScoringRuntime,
): Promise<Bundle> {
  const layout = featureLayout(definition);
  const { rows, features, scoredFeatures } = layout;
  const encode = createWindowEncoder(layout, made.scaler);
  const uncalibrated: BundleManifest = {
    schemaVersion: 1,
    ...made,
    shape: { rows, features, scoredFeatures },
    definition,
    training: rangeOf(training),
    holdout: rangeOf(holdout),
    channelWeights: layout.scored.map(() => 1),
    holdoutErrors: [],
    holdoutStrideMs: strideOf(holdout),
    holdoutMedianError: 1,
    statistics: channelStatistics(definition, layout.strideRows, training),
  };
  const unscored: Bundle = { manifest: uncalibrated, onnx };
  const rule = await fitScoring(scoring, unscored, encodeAll(layout, encode, withoutOverlap(training)), runtime);
  const manifest = rule ? { ...uncalibrated, scoring: rule } : uncalibrated;
  const found = await scored({ manifest, onnx }, encodeAll(layout, encode, holdout), runtime);
  const calibration = calibrate(layout, found.featureErrors, holdout.length, rule?.rule);
  const strideErrors = errorsOfParts(layout, found.strideErrors, calibration.channelWeights, rule?.rule);
  const calibrated: BundleManifest = {
    ...manifest,
    ...calibration,
    holdoutStrideErrors: combinedErrors(definition, holdout, strideErrors),
    holdoutCodes: keptCodes(found.latent, holdout.length),
  };
  return { manifest: calibrated, onnx };
}

/** Windows as features of a batch. */
export function encodeAll(
  layout: FeatureLayout,
  encode: WindowEncoder,
  windows: readonly TrainingWindow[],
): FeatureWindows {
  const encoded = allocateFeatureWindows(layout, windows.length);
  windows.forEach((window, index) => encode(window, encoded, index));
  return encoded;
}

async function scored(bundle: Bundle, windows: FeatureWindows, runtime: ScoringRuntime): Promise<ScoredWindows> {
  const version = `uncalibrated ${bundle.manifest.definition.stream}`;
  await runtime.load(version, bundle);
  try {
    return await runtime.score(version, windows);
  } finally {
    await runtime.unload(version);
  }
}

/** Least distance between windows: a greater one is where windows were left out. */
function strideOf(windows: readonly TrainingWindow[]): number | undefined {
  const distances = windows.slice(1).map(({ startMs }, index) => startMs - windows[index]!.startMs);
  return distances.length > 0 ? Math.min(...distances) : undefined;
}

function rangeOf(windows: readonly TrainingWindow[]): WindowRange {
  return { fromMs: windows[0]!.startMs, toMs: windows.at(-1)!.endMs, windows: windows.length };
}
