import { CupolaError } from '../errors.ts';
import type { TimeRange } from '../ports.ts';
import { meeting, union } from './time-ranges.ts';
import type { TrainingWindow } from './training-windows.ts';

/** Fewest windows that a model is trained on, and fewest that it is then judged by. */
const fewest = { training: 32, holdout: 8 };

export interface Selection {
  /** Ascending in time. */
  readonly training: readonly TrainingWindow[];
  /** Later than every training window, and overlapping none. */
  readonly holdout: readonly TrainingWindow[];
}

/**
 * Normal telemetry only: windows that touch no excluded range, split at an event time into a training part and, the
 * chronological end, a holdout. Windows across the split are left out, so that no row is on both sides.
 *
 * Errors: CUPOLA_TRAINING_TOO_SHORT, naming the part, how many windows it has and how many it needs.
 */
export function selectWindows(
  windows: readonly TrainingWindow[],
  excluded: readonly TimeRange[],
  holdoutShare: number,
): Selection {
  const isExcluded = meeting(union(excluded));
  const normal = windows.filter(({ startMs, endMs }) => !isExcluded(startMs, endMs));
  const splitMs = normal[Math.floor(normal.length * (1 - holdoutShare))]?.startMs ?? 0;
  const training = normal.filter(({ endMs }) => endMs <= splitMs);
  const holdout = normal.filter(({ startMs }) => startMs >= splitMs);
  refuseFewer('training', training.length, windows.length);
  refuseFewer('holdout', holdout.length, windows.length);
  return { training, holdout };
}

function refuseFewer(part: keyof typeof fewest, found: number, ofAll: number): void {
  if (found >= fewest[part]) return;
  throw new CupolaError(
    'CUPOLA_TRAINING_TOO_SHORT',
    `${part}: ${found} normal windows (of ${ofAll} in the range); at least ${fewest[part]} are needed`,
    { field: part, value: found, bound: `at least ${fewest[part]}` },
  );
}
