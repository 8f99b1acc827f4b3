import { dynamicEpsilon, indexesAbove, sequencesOf, type ScoreSequence } from './dynamic-epsilon.ts';
import { holdoutTail } from './holdout-tail.ts';
import { smoothingParameter } from './smoothing.ts';
import type { Judgement, PolicyParameter, PolicySpan, ScoreJudge, ThresholdCalibration } from './threshold-policy.ts';

/** The parameters that both dynamic policies have. */
export type DynamicParameters = Readonly<Record<'memory' | 'delay' | 'buffer' | 'decrease' | 'relearn', number>>;

export const dynamicParameters: readonly PolicyParameter[] = [
  { name: 'memory', title: 'windows remembered', min: 100, max: 10_000, default: 2000, whole: true },
  { name: 'delay', title: 'windows waited before one is judged', min: 0, max: 10_000, default: 0, whole: true },
  { name: 'buffer', title: 'windows around a violation that belong to it', min: 0, max: 500, default: 0, whole: true },
  { name: 'decrease', title: 'least relative step down from an anomaly', min: 0, max: 1, default: 0.13 },
  {
    name: 'relearn',
    title: 'windows of a violation after which it is learned as ordinary; 0 learns all, as in the paper',
    min: 0,
    max: 1e6,
    default: 300,
    whole: true,
  },
  { ...smoothingParameter, default: 30 },
];

/** What is found of all scores that are known at a time. */
interface Look {
  readonly level: number;
  readonly kept: readonly ScoreSequence[];
}

export function dynamicSpan({ memory, delay }: DynamicParameters): PolicySpan {
  return { before: memory, after: delay };
}

interface DynamicState {
  /** Scores that are remembered, then those that await judgement; oldest first. */
  readonly scores: Float64Array;
  readonly awaiting: number;
  readonly sinceViolation: number;
  readonly inViolation: number;
}

/**
 * The non-parametric dynamic threshold with pruning of Hundman et al. (KDD 2018), score by score: a window is judged by the
 * `memory` scores before it that are remembered, and by the `delay` after it. The paper's judgement of a whole series is the
 * one of a delay as long as the series.
 *
 * A violation is not remembered, unless it lasts longer than `relearn` windows: what never ends is how the stream is now. The
 * paper remembers everything (`relearn` 0), and lives on that its memory is long.
 *
 * Pruning: of the sequences above the level, by their greatest scores in falling order and then the greatest score of the
 * rest, those stay after which some step down is at least `decrease` of the greater.
 */
export class DynamicJudge implements ScoreJudge {
  readonly #parameters: DynamicParameters;
  readonly #floor: number;
  readonly #scores: number[];
  #awaiting: number;
  /** Windows since one exceeded the level and was not pruned. */
  #sinceViolation: number;
  /** Windows in a row that violate, up to the newest judged. */
  #inViolation: number;

  constructor(parameters: DynamicParameters, calibration: ThresholdCalibration, floor: number, state?: unknown) {
    const from = state as DynamicState | undefined;
    this.#parameters = parameters;
    this.#floor = floor;
    this.#scores = from ? [...from.scores] : holdoutTail(calibration, parameters.memory);
    this.#awaiting = from?.awaiting ?? 0;
    this.#sinceViolation = from?.sinceViolation ?? Infinity;
    this.#inViolation = from?.inViolation ?? 0;
  }

  get level(): number {
    return Math.max(dynamicEpsilon(this.#scores, this.#join), this.#floor);
  }

  judge(score: number): Judgement | null {
    this.#scores.push(score);
    this.#awaiting++;
    return this.#awaiting > this.#parameters.delay ? this.#judgeOldest(this.#look()) : null;
  }

  conclude(): Judgement[] {
    const first = this.#scores.length - this.#awaiting;
    const seen = this.#awaiting > 0 ? this.#look() : null;
    const found = Array.from({ length: this.#awaiting }, (_, index) => this.#judgeOldest(seen!, first + index));
    this.#sinceViolation = Infinity;
    return found;
  }

  snapshot(): DynamicState {
    return {
      scores: Float64Array.from(this.#scores),
      awaiting: this.#awaiting,
      sinceViolation: this.#sinceViolation,
      inViolation: this.#inViolation,
    };
  }

  get #join(): number {
    return 2 * this.#parameters.buffer + 1;
  }

  #look(): Look {
    const { level } = this;
    return { level, kept: keptSequences(this.#scores, level, this.#join, this.#parameters.decrease) };
  }

  /** `at` is its index when `seen` was. */
  #judgeOldest({ level, kept }: Look, at: number = this.#scores.length - this.#awaiting): Judgement {
    const oldest = this.#scores.length - this.#awaiting--;
    const score = this.#scores[oldest]!;
    const { buffer, memory, relearn } = this.#parameters;
    const near = kept.some(({ first, last }) => first - buffer <= at && at <= last + buffer);
    const exceeds = kept.some(({ first, last }) => first <= at && at <= last);
    this.#sinceViolation = exceeds ? 0 : this.#sinceViolation + 1;
    const violates = near || this.#sinceViolation <= buffer;
    this.#inViolation = violates ? this.#inViolation + 1 : 0;
    if (violates && this.#inViolation <= relearn) this.#scores.splice(oldest, 1);
    else if (oldest + 1 > memory) this.#scores.shift();
    return { score, level, violates };
  }
}

/** The sequences above a level that pruning leaves. */
export function keptSequences(
  scores: readonly number[],
  level: number,
  join: number,
  decrease: number,
): readonly ScoreSequence[] {
  const above = indexesAbove(scores, level);
  if (above.length === 0) return [];
  const peakOf = ({ first, last }: ScoreSequence): number => greatest(scores, first, last, Infinity);
  const ranked = sequencesOf(above, join).sort((a, b) => peakOf(b) - peakOf(a));
  const peaks = [...ranked.map(peakOf), greatest(scores, 0, scores.length - 1, level)];
  const lastStep = ranked.findLastIndex((_, rank) => peaks[rank]! - peaks[rank + 1]! >= decrease * peaks[rank]!);
  return ranked.slice(0, lastStep + 1);
}

/** The greatest score from `first` to `last` that is at most `limit`; 0 where there is none. */
function greatest(scores: readonly number[], first: number, last: number, limit: number): number {
  let most = 0;
  for (let i = first; i <= last; i++) if (scores[i]! > most && scores[i]! <= limit) most = scores[i]!;
  return most;
}
