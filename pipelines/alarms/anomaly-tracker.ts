import type { WindowScore } from '../scoring/score-event.ts';
import type { StreamDefinition } from '../telemetry/stream-definition.ts';
import type { AnomalyEvent } from './anomaly-event.ts';

/** A tracker's memory: the anomaly that is open, if one is. */
export type AnomalyTrackerState = AnomalyEvent | null;

/**
 * Turns a stream's verdicts on windows into anomaly events: consecutive violating windows are one anomaly, whose rows are
 * their newest strides. It closes with the first window that does not violate, or cannot be scored.
 */
export class AnomalyTracker {
  #open: AnomalyTrackerState;

  constructor(state: AnomalyTrackerState = null) {
    this.#open = state;
  }

  /** Takes a scored window with the threshold that governs it; returns what it leads to. */
  judge(score: WindowScore, threshold: number, definition: StreamDefinition): AnomalyEvent | null {
    if (score.anomalyScore <= threshold) return this.close(score.windowEndMs);
    const open = this.#open;
    const peaks = open === null || score.anomalyScore > open.peakScore;
    const startMs = open?.startMs ?? score.windowEndMs - definition.strideMs;
    this.#open = {
      type: open ? 'extended' : 'opened',
      id: `${score.stream}@${startMs}`,
      stream: score.stream,
      modelVersion: peaks ? score.modelVersion : open.modelVersion,
      startMs,
      endMs: score.windowEndMs,
      decidedAtMs: score.windowEndMs,
      peakScore: peaks ? score.anomalyScore : open.peakScore,
      threshold: peaks ? threshold : open.threshold,
      contributions: peaks ? rankedContributions(score, definition) : open.contributions,
    };
    return this.#open;
  }

  /** Ends the open anomaly, if there is one: the stream looks normal, or cannot be seen, at `decidedAtMs`. */
  close(decidedAtMs: number): AnomalyEvent | null {
    if (!this.#open) return null;
    const closed: AnomalyEvent = { ...this.#open, type: 'closed', decidedAtMs };
    this.#open = null;
    return closed;
  }

  snapshot(): AnomalyTrackerState {
    return this.#open;
  }
}

function rankedContributions(score: WindowScore, definition: StreamDefinition): AnomalyEvent['contributions'] {
  return definition.channels
    .filter((channel) => channel.role === 'scored')
    .map((channel, index) => ({ channelId: channel.id, share: score.contributions[index]! }))
    .sort((a, b) => b.share - a.share);
}
