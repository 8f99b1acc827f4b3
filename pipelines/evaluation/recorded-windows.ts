import { joinSamples, type SampleBatch } from '../telemetry/sample-batch.ts';
import type { StreamDefinition } from '../telemetry/stream-definition.ts';
import { trainingWindows, type TrainingWindow } from '../training/training-windows.ts';

/**
 * The windows of recorded samples up to `fitAtMs`, at most `mostWindows`, about: more of them are thinned out by a longer
 * stride.
 */
export function recordedWindows(
  definition: StreamDefinition,
  samples: readonly SampleBatch[],
  fitAtMs: number,
  mostWindows: number,
): TrainingWindow[] {
  const [first, ...rest] = samples;
  if (!first) return [];
  const { intervalMs } = definition;
  const cells = (fitAtMs - first.eventTimeMs[0]!) / intervalMs;
  const strideCells = Math.max(1, Math.ceil(cells / mostWindows));
  return trainingWindows(definition, joinSamples([first, ...rest]), strideCells * intervalMs);
}
