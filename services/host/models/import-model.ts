import type { WindowShape } from '../../../pipelines/autoencoders/architecture.ts';
import { bundleVersion, type Bundle } from '../../../pipelines/autoencoders/bundle.ts';
import { adaptModel } from '../../../pipelines/autoencoders/imported/adapt-model.ts';
import { importRefused, readForeignModel } from '../../../pipelines/autoencoders/imported/foreign-model.ts';
import { windowLayout, type LayoutName } from '../../../pipelines/autoencoders/imported/window-layout.ts';
import { CupolaError } from '../../../pipelines/errors.ts';
import { createWindowEncoder } from '../../../pipelines/features/encode-window.ts';
import { featureLayout, type FeatureLayout } from '../../../pipelines/features/feature-layout.ts';
import { fitScaler, type ScalerMethod } from '../../../pipelines/features/fit-scaler.ts';
import type { ScalerParameters } from '../../../pipelines/features/scaler.ts';
import type { FeatureWindows, ScoringRuntime } from '../../../pipelines/ports.ts';
import { calibrate } from '../../../pipelines/scoring/calibration.ts';
import { featureErrors } from '../../../pipelines/scoring/residuals.ts';
import type { StreamDefinition } from '../../../pipelines/telemetry/stream-definition.ts';
import type { ThresholdSetting } from '../../../pipelines/thresholds/threshold-setting.ts';
import { calibratedBundle, encodeAll } from '../../../pipelines/training/calibrated-bundle.ts';
import type { Selection } from '../../../pipelines/training/select-windows.ts';
import { foreignOutputs } from './foreign-outputs.ts';
import { isSameWhateverBatch } from './same-whatever-batch.ts';

/** How a model that was made elsewhere is taken in. */
export interface ImportOptions {
  /** What it is called, such as its file's name. */
  readonly source: string;
  readonly definition: StreamDefinition;
  /** Scaling is fitted on the training windows, errors are calibrated on the holdout. */
  readonly selection: Selection;
  readonly threshold: ThresholdSetting;
  /** How windows are scaled before the model sees them: as it was trained; `none` where it takes them in their own units. */
  readonly scaling: ScalerMethod | 'none' | ScalerParameters;
  /** Found by the model's dimensions where it is left out. */
  readonly layout?: LayoutName | undefined;
  /** Names of values in the model: its outputs by default. */
  readonly output?: string | undefined;
  readonly code?: string | undefined;
}

/** A model taken in, and what a reader should know of it. */
export interface ImportedModel {
  readonly modelVersion: string;
  readonly producer: string;
  readonly opset: number;
  readonly layout: LayoutName;
  readonly code: number;
  readonly windowsAtOnce: number | null;
  readonly trainingWindows: number;
  readonly holdoutWindows: number;
  readonly holdoutMedianError: number;
  /** The holdout's median error of a model that gives the middle of every channel. One that is worse was trained on another scaling. */
  readonly medianErrorOfMiddle: number;
  readonly bundle: Bundle;
}

/**
 * Takes in an ONNX model that was made elsewhere, as a bundle like any other: adapted to windows of a stream, scaled, and calibrated
 * by the runtime that will score with it. A window's errors must be bit-equal whatever batch it stands in (law 2): a model of
 * which they are not is given one window at a time.
 *
 * Errors: CUPOLA_IMPORT_REFUSED.
 */
export async function importModel(
  onnx: Uint8Array,
  options: ImportOptions,
  runtime: ScoringRuntime,
): Promise<ImportedModel> {
  const { definition, selection } = options;
  const foreign = readForeignModel(onnx);
  const layout = featureLayout(definition);
  const { rows, features, scoredFeatures } = layout;
  const shape: WindowShape = { rows, features, scoredFeatures };
  const taken = windowLayout(foreign, shape, options.layout);
  const outputs = await foreignOutputs(foreign, taken, shape, options);
  const scaler = scalerOf(options, layout);
  const made = { scaler, adapted: adaptModel(foreign, shape, taken, outputs) };
  const settings = {
    source: options.source,
    producer: foreign.producer,
    opset: foreign.opset,
    layout: taken.layout,
    scaling: typeof options.scaling === 'string' ? options.scaling : 'given',
    code: outputs.code?.units ?? 0,
  };
  const holdout = encodeAll(layout, createWindowEncoder(layout, scaler), selection.holdout);
  const bundle = await settledBundle(options, made, settings, foreign.fixedBatch, holdout, runtime);
  const { holdoutMedianError, architecture } = bundle.manifest;
  return {
    modelVersion: bundleVersion(bundle),
    producer: foreign.producer,
    opset: foreign.opset,
    layout: taken.layout,
    code: settings.code,
    windowsAtOnce: (architecture.settings['windowsAtOnce'] as number | undefined) ?? null,
    trainingWindows: selection.training.length,
    holdoutWindows: selection.holdout.length,
    holdoutMedianError,
    medianErrorOfMiddle: medianErrorOfMiddle(layout, shape, holdout),
    bundle,
  };
}

type ImportedSettings = Readonly<Record<string, string | number>>;

/** Calibrated, and given as many windows at once as leave their errors alone. */
async function settledBundle(
  { definition, selection, threshold }: ImportOptions,
  { scaler, adapted }: { readonly scaler: ScalerParameters; readonly adapted: Uint8Array },
  settings: ImportedSettings,
  fixedBatch: number,
  holdout: FeatureWindows,
  runtime: ScoringRuntime,
): Promise<Bundle> {
  const fit = { seed: 0, backend: `none: imported, made by ${settings['producer']}`, epochs: [], bestEpoch: 0 };
  for (const windowsAtOnce of fixedBatch === 1 ? [1] : [null, 1]) {
    const own = windowsAtOnce === null ? settings : { ...settings, windowsAtOnce };
    const model = { architecture: { name: 'imported', settings: own }, scaler, threshold, fit, onnx: adapted };
    const bundle = await calibratedBundle(definition, selection, model, { rule: 'squared' }, runtime).catch(notRun);
    const { holdoutErrors } = bundle.manifest;
    if (!holdoutErrors.every(Number.isFinite))
      throw importRefused(
        'errors',
        'not a number for some windows',
        'finite: is the scaling the one it was trained on?',
      );
    if (await isSameWhateverBatch(bundle, holdout, runtime)) return bundle;
  }
  throw importRefused(
    'what it says of a window',
    'another each time',
    'always the same: export it in inference mode (model.eval(), training=False)',
  );
}

function notRun(error: unknown): never {
  if (!(error instanceof CupolaError) || error.code !== 'CUPOLA_RUNTIME_FAILED') throw error;
  throw importRefused('model', error.message, 'one that onnxruntime runs', error);
}

function scalerOf({ scaling, selection }: ImportOptions, layout: FeatureLayout): ScalerParameters {
  const { features } = layout;
  if (scaling === 'none')
    return {
      center: Array.from<number>({ length: features }).fill(0),
      scale: Array.from<number>({ length: features }).fill(1),
    };
  if (typeof scaling === 'string') return fitScaler(layout, scaling, selection.training);
  for (const part of ['center', 'scale'] as const)
    if (scaling[part].length !== features)
      throw importRefused(
        `scaling.${part}`,
        `${scaling[part].length} numbers`,
        `${features}: one a feature, scored channels first`,
      );
  return scaling;
}

function medianErrorOfMiddle(layout: FeatureLayout, shape: WindowShape, holdout: FeatureWindows): number {
  const middle = new Float32Array(holdout.count * shape.rows * shape.scoredFeatures);
  return calibrate(layout, featureErrors(shape, holdout, middle), holdout.count).holdoutMedianError;
}
