import type { AnomalyEvent } from '../alarms/anomaly-event.ts';
import type { Suspicion } from '../fit-decision.ts';
import type { WindowScore } from '../scoring/score-event.ts';
import { meeting, union } from './time-ranges.ts';

/** When a model is suspect. */
export interface SuspicionBound {
  /** Share of windows that alarm beyond which it is. */
  readonly suspectShare: number;
  /** Event time that is looked at. */
  readonly suspectForMs: number;
}

/** Share of the windows that a time has room for that must be scored to say anything. */
const leastScored = 0.5;

/**
 * Whether the model that governs since `governsFromMs` finds more than `suspectShare` of the newest windows abnormal, over
 * `suspectForMs` of its own; null where it does not, or has not governed as long. A window alarmed if its newest stride is
 * among an anomaly's rows. `scores` ascend, backfill left out, and reach back as long before `governsFromMs`.
 */
export function suspicionOf(
  { modelVersion, effectiveFromMs: governsFromMs }: { readonly modelVersion: string; readonly effectiveFromMs: number },
  scores: readonly Pick<WindowScore, 'windowStartMs' | 'windowEndMs' | 'modelVersion'>[],
  anomalies: readonly Pick<AnomalyEvent, 'startMs' | 'endMs'>[],
  strideMs: number,
  { suspectShare, suspectForMs }: SuspicionBound,
): Suspicion | null {
  const own = scores.filter((score) => score.modelVersion === modelVersion && score.windowStartMs >= governsFromMs);
  const toMs = own.at(-1)?.windowEndMs ?? -Infinity;
  const fromMs = toMs - suspectForMs;
  if (own.length === 0 || own[0]!.windowEndMs - strideMs > fromMs) return null;
  const isAlarm = meeting(union(anomalies.map(({ startMs, endMs }) => ({ fromMs: startMs, toMs: endMs }))));
  const countIn = (some: typeof scores, afterMs: number, untilMs: number): { windows: number; alarmed: number } => {
    const within = some.filter(({ windowEndMs }) => windowEndMs > afterMs && windowEndMs <= untilMs);
    const alarmed = within.filter(({ windowEndMs }) => isAlarm(windowEndMs - strideMs, windowEndMs));
    return { windows: within.length, alarmed: alarmed.length };
  };
  const { windows, alarmed } = countIn(own, fromMs, toMs);
  if (windows < leastScored * (suspectForMs / strideMs) || alarmed <= suspectShare * windows) return null;
  const changeMs = own[0]!.windowEndMs - strideMs;
  const before = countIn(
    scores.filter((score) => score.modelVersion !== modelVersion),
    changeMs - suspectForMs,
    changeMs,
  );
  const shareBefore = before.windows === 0 ? null : before.alarmed / before.windows;
  const found = { modelVersion, governsFromMs, fromMs, toMs, windows, alarmed, share: alarmed / windows };
  return { ...found, bound: suspectShare, shareBefore };
}

/**
 * Whether the model is to blame, rather than the craft or the world: the one before it did not alarm as much just before. A
 * model that governed without that for long is not to blame either.
 */
export function isModelToBlame({ governsFromMs, toMs, shareBefore, bound }: Suspicion, suspectForMs: number): boolean {
  const isYoung = toMs - governsFromMs <= youngFor * suspectForMs;
  return isYoung && (shareBefore === null || shareBefore <= bound);
}

/** A model is young for so many times as long as it is looked at. */
const youngFor = 4;
