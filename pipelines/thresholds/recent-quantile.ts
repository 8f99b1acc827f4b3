import { ascendingOf, quantileOf } from '../scoring/order-statistics.ts';
import { holdoutTail } from './holdout-tail.ts';
import type { Judgement, ScoreJudge, ThresholdPolicy } from './threshold-policy.ts';

type RecentParameters = Readonly<Record<'memory' | 'q' | 'margin' | 'relearn', number>>;

/**
 * threshold = margin x the q-quantile of the `memory` newest anomaly scores, linear between order statistics (Hyndman and Fan
 * 1996, definition 7); the holdout's are the first of them. With q = 1 and margin = 1 a window violates that sets a record:
 * of exchangeable scores one in `memory` does, as a conformal detector's p-value of 1 / (memory + 1) has it (Laxhammar and
 * Falkman, Conformal Prediction for Distribution-Independent Anomaly Detection in Streaming Vessel Data, 2010).
 *
 * For streams whose ordinary course drifts: what a model of long ago makes of today is held against what it made of
 * yesterday. A violation is not remembered, unless it lasts longer than `relearn` windows: what never ends is how the
 * stream is now. With `relearn` 0 all is remembered at once, and a second violation has to exceed the first.
 */
export const recentQuantile: ThresholdPolicy<RecentParameters> = {
  name: 'recent-quantile',
  title: 'quantile of recent windows',
  parameters: [
    { name: 'memory', title: 'windows remembered', min: 10, max: 10_000, default: 2000, whole: true },
    { name: 'q', title: 'share of remembered windows below', min: 0, max: 1, default: 1 },
    { name: 'margin', title: 'times that quantile', min: 0.1, max: 1000, default: 1.5 },
    {
      name: 'relearn',
      title: 'windows of a violation after which it is learned as ordinary; 0 learns all',
      min: 0,
      max: 1e6,
      default: 300,
      whole: true,
    },
  ],
  span: ({ memory }) => ({ before: memory, after: 0 }),
  begin: (parameters, calibration, state) =>
    new RecentJudge(
      parameters,
      (state as RecentState | undefined) ?? {
        newest: Float64Array.from(holdoutTail(calibration, parameters.memory)),
        inViolation: 0,
      },
    ),
};

interface RecentState {
  /** Scores that are remembered, oldest first. */
  readonly newest: Float64Array;
  /** Windows in a row that violate, up to the last. */
  readonly inViolation: number;
}

class RecentJudge implements ScoreJudge {
  readonly #parameters: RecentParameters;
  readonly #newest: number[];
  /** The same, ascending. */
  readonly #ascending: Float64Array;
  #inViolation: number;

  constructor(parameters: RecentParameters, { newest, inViolation }: RecentState) {
    this.#parameters = parameters;
    this.#newest = [...newest];
    this.#ascending = new Float64Array(parameters.memory);
    this.#ascending.set(ascendingOf(this.#newest));
    this.#inViolation = inViolation;
  }

  get level(): number {
    const { q, margin } = this.#parameters;
    const remembered = this.#ascending.subarray(0, this.#newest.length);
    return remembered.length === 0 ? Infinity : margin * quantileOf(remembered, q);
  }

  judge(score: number): Judgement {
    const { level } = this;
    const violates = score > level;
    this.#inViolation = violates ? this.#inViolation + 1 : 0;
    if (this.#inViolation === 0 || this.#inViolation > this.#parameters.relearn) this.#remember(score);
    return { score, level, violates };
  }

  conclude(): Judgement[] {
    return [];
  }

  snapshot(): RecentState {
    return { newest: Float64Array.from(this.#newest), inViolation: this.#inViolation };
  }

  #remember(score: number): void {
    if (this.#newest.length === this.#parameters.memory) {
      const place = placeOf(this.#newest.shift()!, this.#ascending, this.#newest.length + 1);
      this.#ascending.copyWithin(place, place + 1);
    }
    const place = placeOf(score, this.#ascending, this.#newest.length);
    this.#ascending.copyWithin(place + 1, place);
    this.#ascending[place] = score;
    this.#newest.push(score);
  }
}

/** The place of the first of `count` ascending values that is not below this one. */
function placeOf(value: number, ascending: Float64Array, count: number): number {
  let [from, to] = [0, count];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (ascending[middle]! < value) from = middle + 1;
    else to = middle;
  }
  return from;
}
