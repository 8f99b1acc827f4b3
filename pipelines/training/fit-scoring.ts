import type { Bundle } from '../autoencoders/bundle.ts';
import type { FeatureWindows, ScoringRuntime } from '../ports.ts';
import { fitMahalanobis } from '../scoring/mahalanobis.ts';
import { defaultShrinkage, type ScoringRule, type ScoringSetting } from '../scoring/scoring-rule.ts';
import type { TrainingWindow } from './training-windows.ts';

/**
 * A scoring rule as a bundle holds it. What there is to fit is fitted on the residuals of the training windows, as the runtime gives
 * them, and not of the holdout: that is what scores are calibrated on, and it must not be what they are centred on.
 *
 * Errors: CUPOLA_SCORING_INVALID.
 */
export async function fitScoring(
  { rule, shrinkage = defaultShrinkage }: ScoringSetting,
  { manifest, onnx }: Bundle,
  windows: FeatureWindows,
  runtime: ScoringRuntime,
): Promise<ScoringRule | undefined> {
  if (rule === 'squared') return undefined;
  if (rule !== 'mahalanobis') return { rule };
  const { shape, definition } = manifest;
  // A runtime gives back the newest stride of a reconstruction: all of it where windows do not overlap.
  const whole = { ...definition, strideMs: definition.windowLengthMs };
  const version = `residuals of ${definition.stream}`;
  await runtime.load(version, { manifest: { ...manifest, definition: whole }, onnx });
  try {
    const { reconstruction } = await runtime.score(version, {
      count: windows.count,
      features: windows.features.slice(),
      weight: windows.weight.slice(),
    });
    return fitMahalanobis(shape, windows, reconstruction, shrinkage);
  } finally {
    await runtime.unload(version);
  }
}

/** Of ascending windows those that follow one another without overlap, so that no row counts twice. */
export function withoutOverlap(windows: readonly TrainingWindow[]): TrainingWindow[] {
  let endMs = -Infinity;
  return windows.filter((window) => {
    if (window.startMs < endMs) return false;
    endMs = window.endMs;
    return true;
  });
}
