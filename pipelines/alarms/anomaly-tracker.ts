import { plainCode } from '../scoring/normal-codes.ts';
import type { TimeRange } from '../ports.ts';
import type { StreamDefinition } from '../telemetry/stream-definition.ts';
import type { JudgedWindow } from '../thresholds/window-judge.ts';
import type { AnomalyEvent } from './anomaly-event.ts';

/** A tracker's memory: the anomaly that is open, or one that a second window has yet to confirm. */
export interface AnomalyTrackerState {
  readonly open: AnomalyEvent | null;
  readonly unconfirmed: AnomalyEvent | null;
}

/**
 * Turns what was found of a stream's windows into anomaly events: consecutive violating windows are one anomaly, which spans their
 * newest strides and is located by their rows. It closes with the first window that does not violate, or cannot be scored.
 *
 * Where windows overlap, an anomaly opens with its second violating window: whatever is in the telemetry is seen by several
 * windows in a row, so one that violates alone says more about the threshold than about the craft. A stride that several
 * windows were judged together for needs no second.
 *
 * A gap is told by where its first window began, which may be before what was found last: no event is decided before the last.
 */
export class AnomalyTracker {
  #open: AnomalyEvent | null;
  #unconfirmed: AnomalyEvent | null;

  constructor(state: AnomalyTrackerState = { open: null, unconfirmed: null }) {
    this.#open = state.open;
    this.#unconfirmed = state.unconfirmed;
  }

  /** Takes the next window, as it was judged at `decidedAtMs`; returns what it leads to. */
  take(judged: JudgedWindow, decidedAtMs: number, definition: StreamDefinition): AnomalyEvent | null {
    if (!judged.violates) return this.close(decidedAtMs);
    const known = this.#open ?? this.#unconfirmed;
    const violating = extended(known, judged, decidedAtMs, definition);
    if (known === null && judged.windows === 1 && definition.strideMs < definition.windowLengthMs) {
      this.#unconfirmed = violating;
      return null;
    }
    this.#open = { ...violating, type: this.#open ? 'extended' : 'opened' };
    this.#unconfirmed = null;
    return this.#open;
  }

  /** Ends the open anomaly, if there is one: the stream looks normal, or cannot be seen, at `decidedAtMs`. */
  close(decidedAtMs: number): AnomalyEvent | null {
    this.#unconfirmed = null;
    if (!this.#open) return null;
    const decided = Math.max(decidedAtMs, this.#open.decidedAtMs);
    const closed: AnomalyEvent = { ...this.#open, type: 'closed', decidedAtMs: decided };
    this.#open = null;
    return closed;
  }

  snapshot(): AnomalyTrackerState {
    return { open: this.#open, unconfirmed: this.#unconfirmed };
  }
}

/** An anomaly with one more violating window; a new one where there is none. */
function extended(
  known: AnomalyEvent | null,
  { window, score, level, located }: JudgedWindow,
  decidedAtMs: number,
  definition: StreamDefinition,
): AnomalyEvent {
  const startMs = known?.startMs ?? window.windowEndMs - definition.strideMs;
  const peak =
    known && known.peakScore >= score
      ? known
      : {
          modelVersion: window.modelVersion,
          peakScore: score,
          threshold: level,
          contributions: rankedContributions(window, definition),
          ...codeOf(window),
        };
  return {
    type: 'opened',
    id: `${window.stream}@${startMs}`,
    stream: window.stream,
    modelVersion: peak.modelVersion,
    startMs,
    endMs: window.windowEndMs,
    ...locatedSoFar(known?.located, located),
    decidedAtMs: Math.max(decidedAtMs, known?.decidedAtMs ?? -Infinity),
    peakScore: peak.peakScore,
    threshold: peak.threshold,
    contributions: peak.contributions,
    ...(peak.code && { code: peak.code }),
  };
}

function locatedSoFar(before: TimeRange | undefined, newest: TimeRange | null): Pick<AnomalyEvent, 'located'> {
  if (!newest) return before ? { located: before } : {};
  return { located: { fromMs: before?.fromMs ?? newest.fromMs, toMs: newest.toMs } };
}

/**
 * None where the model has no code, nor of windows that awaited judgement before snapshots held codes; nor where a unit
 * overflowed, which no record could hold.
 */
function codeOf({ latent }: JudgedWindow['window']): Pick<AnomalyEvent, 'code'> {
  return latent && latent.length > 0 && latent.every(Number.isFinite) ? { code: plainCode(latent) } : {};
}

function rankedContributions(
  { contributions }: JudgedWindow['window'],
  definition: StreamDefinition,
): AnomalyEvent['contributions'] {
  return definition.channels
    .filter((channel) => channel.role === 'scored')
    .map((channel, index) => ({ channelId: channel.id, share: contributions[index]! }))
    .sort((a, b) => b.share - a.share);
}
