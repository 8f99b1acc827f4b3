import type { WindowMatrix } from '../features/transform-window.ts';
import type { SampleBatch } from '../telemetry/sample-batch.ts';
import type { StreamDefinition } from '../telemetry/stream-definition.ts';
import { StreamWindower } from '../windowing/stream-windower.ts';

/** A window of history, [startMs, endMs). */
export interface TrainingWindow extends WindowMatrix {
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * The windows that the detector's own windowing makes of recorded samples, gaps left out. `strideMs` may be smaller than
 * the stream's own: more windows of the same telemetry teach a model that windows can begin anywhere.
 */
export function trainingWindows(
  definition: StreamDefinition,
  samples: SampleBatch,
  strideMs: number = definition.strideMs,
): TrainingWindow[] {
  const windower = new StreamWindower({ ...definition, strideMs, backfillMs: 0 });
  const windows: TrainingWindow[] = [];
  const sink = {
    window({ startMs, endMs, values, mask }: TrainingWindow): void {
      windows.push({ startMs, endMs, values: values.slice(), mask: mask.slice() });
    },
    gap: ignore,
    stale: ignore,
    resumed: ignore,
    late: ignore,
  };
  windower.push(samples, sink);
  const last = samples.eventTimeMs.at(-1);
  if (last !== undefined) windower.tick(last + definition.intervalMs + definition.outOfOrdernessMs, sink);
  return windows;
}

function ignore(): void {}
