import { excessAt, fitGeneralisedPareto, type GeneralisedPareto } from '../scoring/generalised-pareto.ts';
import { scoreTail } from '../scoring/score-tail.ts';
import type { TailParameters } from './pot.ts';
import type { Judgement, PolicySpan, ScoreJudge } from './threshold-policy.ts';

/** Peaks remembered: the newest. */
const mostPeaks = 256;

/** Windows in which all peaks are replaced. */
export function spotSpan({ tail }: TailParameters): PolicySpan {
  return { before: mostPeaks / tail, after: 0 };
}

interface SpotState {
  /** Where the tail begins. */
  readonly start: number;
  /** By how much scores were above it, oldest first; */
  readonly excesses: Float64Array;
  /** and the how manyeth scores those were. */
  readonly at: Float64Array;
  /** The count at which memory begins. */
  readonly since: number;
  /** Scores that did not violate, those of the holdout included. */
  readonly count: number;
}

/**
 * Streaming peaks over threshold: every score that does not violate is counted, and one above the tail's start refits the
 * tail. What is remembered are the newest peaks, and how many scores there were since the last one forgotten.
 */
export class SpotJudge implements ScoreJudge {
  readonly #risk: number;
  readonly #start: number;
  readonly #excesses: number[];
  readonly #at: number[];
  #since: number;
  #count: number;
  #tail: GeneralisedPareto;

  /** `first` are the scores to begin with; two at least, or nothing ever violates. */
  constructor({ tail, risk }: TailParameters, first: readonly number[], state?: SpotState) {
    this.#risk = risk;
    const begun = state ?? beginningOf(first, tail);
    this.#start = begun.start;
    this.#excesses = [...begun.excesses];
    this.#at = [...begun.at];
    this.#since = begun.since;
    this.#count = begun.count;
    this.#tail = fitGeneralisedPareto(this.#excesses);
  }

  get level(): number {
    if (this.#excesses.length === 0) return this.#start;
    const share = this.#excesses.length / (this.#count - this.#since);
    return this.#start + Math.max(0, excessAt(this.#tail, this.#risk / share));
  }

  judge(score: number): Judgement {
    const { level } = this;
    const violates = score > level;
    if (!violates) this.#learn(score);
    return { score, level, violates };
  }

  conclude(): Judgement[] {
    return [];
  }

  snapshot(): SpotState {
    return {
      start: this.#start,
      excesses: Float64Array.from(this.#excesses),
      at: Float64Array.from(this.#at),
      since: this.#since,
      count: this.#count,
    };
  }

  #learn(score: number): void {
    this.#count++;
    if (score <= this.#start) return;
    this.#excesses.push(score - this.#start);
    this.#at.push(this.#count);
    if (this.#excesses.length > mostPeaks) {
      this.#excesses.shift();
      this.#since = this.#at.shift()!;
    }
    this.#tail = fitGeneralisedPareto(this.#excesses);
  }
}

function beginningOf(scores: readonly number[], tail: number): SpotState {
  const start = scores.length < 2 ? Infinity : scoreTail(scores, tail).start;
  const peaks = scores.flatMap((score, index) => (score > start ? index : []));
  const kept = peaks.slice(-mostPeaks);
  return {
    start,
    excesses: Float64Array.from(kept, (index) => scores[index]! - start),
    at: Float64Array.from(kept, (index) => index + 1),
    since: (peaks.at(-mostPeaks - 1) ?? -1) + 1,
    count: scores.length,
  };
}
