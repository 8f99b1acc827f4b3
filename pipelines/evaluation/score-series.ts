import type { ScoreEvent } from '../scoring/score-event.ts';
import type { JudgedWindow } from '../thresholds/window-judge.ts';

/** Scored windows in the order in which they ended, one number a window in each column. */
export interface ScoreSeries {
  /** Event time of each window's end. */
  readonly endMs: Float64Array;
  /** As the model scored it. */
  readonly anomalyScore: Float64Array;
  /** As it was judged: smoothed, where the threshold says so. */
  readonly judgedScore: Float64Array;
  /** The threshold that it was held against. */
  readonly level: Float64Array;
}

interface Scored {
  readonly modelVersion: string;
  readonly endMs: number;
  readonly anomalyScore: number;
}

interface Judged {
  readonly modelVersion: string;
  readonly score: number;
  readonly level: number;
}

/** Gathers what was scored and what was found of it; a policy that looks ahead is behind the scores. */
export class JudgedScores {
  readonly #scored: Scored[] = [];
  readonly #judged: Judged[] = [];

  /** Backfill is left out: it is not judged. */
  add(scores: readonly ScoreEvent[], judged: readonly JudgedWindow[]): void {
    for (const event of scores) {
      if (event.type !== 'score' || event.backfill) continue;
      const { modelVersion, windowEndMs, anomalyScore } = event;
      this.#scored.push({ modelVersion, endMs: windowEndMs, anomalyScore });
    }
    for (const { window, score, level } of judged)
      this.#judged.push({ modelVersion: window.modelVersion, score, level });
  }

  /** What one model scored, once every window has been judged. */
  of(modelVersion: string | null): ScoreSeries {
    const scored = this.#scored.filter((one) => one.modelVersion === modelVersion);
    const judged = this.#judged.filter((one) => one.modelVersion === modelVersion);
    return {
      endMs: Float64Array.from(scored, ({ endMs }) => endMs),
      anomalyScore: Float64Array.from(scored, ({ anomalyScore }) => anomalyScore),
      judgedScore: Float64Array.from(judged, ({ score }) => score),
      level: Float64Array.from(judged, ({ level }) => level),
    };
  }
}
