import type { BundleManifest } from '../autoencoders/bundle.ts';
import type { ThresholdCalibration } from './threshold-policy.ts';

const dayMs = 86_400_000;

/** What a bundle says of its model's holdout. */
export type CalibratedManifest = Pick<
  BundleManifest,
  'definition' | 'holdoutErrors' | 'holdoutMedianError' | 'holdoutStrideMs'
>;

/** What policies go by under a bundle's model, in anomalyScore. */
export function thresholdCalibration(manifest: CalibratedManifest): ThresholdCalibration {
  const { definition, holdoutErrors, holdoutMedianError, holdoutStrideMs = definition.strideMs } = manifest;
  return {
    holdoutScores: holdoutErrors.map((error) => error / holdoutMedianError),
    holdoutScoresPerWindow: definition.strideMs / holdoutStrideMs,
    windowsPerDay: dayMs / definition.strideMs,
    errorUnit: holdoutMedianError,
  };
}
