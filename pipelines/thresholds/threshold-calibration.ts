import type { BundleManifest } from '../autoencoders/bundle.ts';
import { combinedParameter } from './combined.ts';
import type { ThresholdCalibration } from './threshold-policy.ts';
import type { ThresholdSetting } from './threshold-setting.ts';

const dayMs = 86_400_000;

/** What a bundle says of its model's holdout. */
export type CalibratedManifest = Pick<
  BundleManifest,
  'definition' | 'holdoutErrors' | 'holdoutStrideErrors' | 'holdoutMedianError' | 'holdoutStrideMs'
>;

/** Whether a setting is to judge strides, by all windows that cover them, and a bundle can tell what they are like. */
export function isCombined({ parameters }: ThresholdSetting, { holdoutStrideErrors }: CalibratedManifest): boolean {
  return parameters[combinedParameter.name] === 1 && holdoutStrideErrors !== undefined;
}

/** What policies go by under a bundle's model, in anomalyScore: of windows, unless the setting combines them. */
export function thresholdCalibration(manifest: CalibratedManifest, setting?: ThresholdSetting): ThresholdCalibration {
  const { definition, holdoutMedianError, holdoutStrideMs = definition.strideMs } = manifest;
  const combined = setting && isCombined(setting, manifest);
  const errors = (combined && manifest.holdoutStrideErrors) || manifest.holdoutErrors;
  return {
    holdoutScores: errors.map((error) => error / holdoutMedianError),
    holdoutScoresPerWindow: combined ? 1 : definition.strideMs / holdoutStrideMs,
    windowsPerDay: dayMs / definition.strideMs,
    errorUnit: holdoutMedianError,
  };
}
