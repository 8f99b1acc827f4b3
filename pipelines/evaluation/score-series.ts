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

/** Gathers what was scored and what was found of it; a policy that looks ahead is behind the scores. */
export class JudgedScores {
  readonly #endMs: number[] = [];
  readonly #anomalyScore: number[] = [];
  readonly #judgedScore: number[] = [];
  readonly #level: number[] = [];

  /** Backfill is left out: it is not judged. */
  add(scores: readonly ScoreEvent[], judged: readonly JudgedWindow[]): void {
    for (const event of scores) {
      if (event.type !== 'score' || event.backfill) continue;
      this.#endMs.push(event.windowEndMs);
      this.#anomalyScore.push(event.anomalyScore);
    }
    for (const { score, level } of judged) {
      this.#judgedScore.push(score);
      this.#level.push(level);
    }
  }

  /** All of it, once every window has been judged. */
  series(): ScoreSeries {
    return {
      endMs: Float64Array.from(this.#endMs),
      anomalyScore: Float64Array.from(this.#anomalyScore),
      judgedScore: Float64Array.from(this.#judgedScore),
      level: Float64Array.from(this.#level),
    };
  }
}
