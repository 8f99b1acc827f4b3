import type { FitTrigger } from '../../pipelines/fit-decision.ts';
import type { TimeRange } from '../../pipelines/ports.ts';
import type { KnownStream } from './known-streams.ts';

/** When streams are due. */
export interface TrainingSchedule {
  readonly firstFitAfterMs: number;
  readonly refitEveryMs: number | null;
}

/** Telemetry after which a fit that came to nothing is tried again, as a share of what a first fit needs. */
const retryShare = 0.1;

/**
 * Why a stream with telemetry of this extent is due for a fit: somebody asked, or it has enough that no model was trained on;
 * null where it is not. `triedToMs` is up to where a fit was last tried that came to nothing.
 */
export function dueBecause(
  { asked, trainedToMs }: Pick<KnownStream, 'asked' | 'trainedToMs'>,
  { fromMs, toMs }: TimeRange,
  { firstFitAfterMs, refitEveryMs }: TrainingSchedule,
  triedToMs = -Infinity,
): FitTrigger | null {
  if (asked) return asked.suspicion ? 'suspect' : asked.drift ? 'drift' : 'asked';
  if (toMs - triedToMs < firstFitAfterMs * retryShare) return null;
  if (trainedToMs === null) return toMs - fromMs >= firstFitAfterMs ? 'first' : null;
  return refitEveryMs !== null && toMs - trainedToMs >= refitEveryMs ? 'schedule' : null;
}
