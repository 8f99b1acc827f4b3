import { joinColumns } from '../scoring/join-columns.ts';
import type { ScoreEvent, WindowScore } from '../scoring/score-event.ts';
import type { JudgedWindow } from '../thresholds/window-judge.ts';

/** Scored windows in the order in which they ended, one number a window in each column. */
export interface ScoreSeries {
  /** Event time of each window's end. */
  readonly endMs: Float64Array;
  /** As the model scored it. */
  readonly anomalyScore: Float64Array;
  /** Windows x strides: the errors of each window's strides, oldest first. */
  readonly strideErrors: Float64Array;
  /** Windows x rows: the errors of each window's rows, oldest first; empty where scores do not tell them. */
  readonly rowErrors: Float32Array;
  readonly judged: JudgedSeries;
}

/** What was judged, in order: windows by their newest strides, or strides by all windows that cover them. */
export interface JudgedSeries {
  /** Event time of each stride's end. */
  readonly endMs: Float64Array;
  /** As it was judged: combined and smoothed, where the threshold says so. */
  readonly score: Float64Array;
  /** The threshold that it was held against. */
  readonly level: Float64Array;
}

/** What was judged, as columns. */
export function judgedSeries(judged: readonly JudgedWindow[]): JudgedSeries {
  return {
    endMs: Float64Array.from(judged, ({ window }) => window.windowEndMs),
    score: Float64Array.from(judged, ({ score }) => score),
    level: Float64Array.from(judged, ({ level }) => level),
  };
}

/** Gathers what was scored and what was found of it; a policy that looks ahead is behind the scores. */
export class JudgedScores {
  readonly #scored: WindowScore[] = [];
  readonly #judged: JudgedWindow[] = [];

  /** Backfill is left out: it is not judged. */
  add(scores: readonly ScoreEvent[], judged: readonly JudgedWindow[]): void {
    for (const event of scores) if (event.type === 'score' && !event.backfill) this.#scored.push(event);
    this.#judged.push(...judged);
  }

  /** What one model scored, once every window has been judged. */
  of(modelVersion: string | null): ScoreSeries {
    const scored = this.#scored.filter((one) => one.modelVersion === modelVersion);
    return {
      endMs: Float64Array.from(scored, ({ windowEndMs }) => windowEndMs),
      anomalyScore: Float64Array.from(scored, ({ anomalyScore }) => anomalyScore),
      strideErrors: Float64Array.from(joinColumns(scored.map(({ strideErrors }) => strideErrors))),
      rowErrors: joinColumns(scored.map(({ rowErrors }) => rowErrors)),
      judged: judgedSeries(this.#judged.filter(({ window }) => window.modelVersion === modelVersion)),
    };
  }
}
