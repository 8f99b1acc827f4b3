import { dynamicEpsilon, indexesAbove, sequencesOf, type ScoreSequence } from './dynamic-epsilon.ts';
import { holdoutTail } from './holdout-tail.ts';
import { smoothingParameter } from './smoothing.ts';
import type { Judgement, PolicyParameter, PolicySpan, ScoreJudge, ThresholdCalibration } from './threshold-policy.ts';

/** The parameters that both dynamic policies have. */
export type DynamicParameters = Readonly<Record<'memory' | 'delay' | 'buffer' | 'decrease' | 'relearn', number>>;

export const dynamicParameters: readonly PolicyParameter[] = [
  { name: 'memory', title: 'windows remembered', min: 0, max: 10_000, default: 2000, whole: true },
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

export function dynamicSpan({ memory, delay }: DynamicParameters): PolicySpan {
  return { before: memory, after: delay };
}

interface DynamicState {
  /** Scores that are remembered, then those that await judgement; oldest first. */
  readonly scores: Float64Array;
  /** Of each score that awaits judgement, 1 where it was found to exceed. */
  readonly awaiting: readonly number[];
  readonly sinceViolation: number;
  readonly inViolation: number;
}

/**
 * The non-parametric dynamic threshold with pruning of Hundman et al. (KDD 2018), score by score. With each score all that
 * are known are looked at: the `memory` that are remembered, and those that await judgement, `delay` windows long. A window
 * violates if any look finds so while it waits: it is seen beside what came before it and beside what comes after. The
 * paper's judgement of a whole series is the one of a delay as long as the series.
 *
 * A violation is not remembered, unless it lasts longer than `relearn` windows: what never ends is how the stream is now. The
 * paper remembers everything (`relearn` 0), and lives on that its memory is long.
 *
 * Pruning: of the sequences above the level, by their greatest scores in falling order and then the greatest score of what
 * lies beyond the buffers around them, those stay after which some step down is at least `decrease` of the greater.
 */
export class DynamicJudge implements ScoreJudge {
  readonly #parameters: DynamicParameters;
  readonly #floor: number;
  readonly #scores: number[];
  readonly #awaiting: number[];
  /** Windows since one exceeded the level and was not pruned. */
  #sinceViolation: number;
  /** Windows in a row that violate, up to the newest judged. */
  #inViolation: number;

  constructor(parameters: DynamicParameters, calibration: ThresholdCalibration, floor: number, state?: unknown) {
    const from = state as DynamicState | undefined;
    this.#parameters = parameters;
    this.#floor = floor;
    this.#scores = from ? [...from.scores] : holdoutTail(calibration, parameters.memory);
    this.#awaiting = [...(from?.awaiting ?? [])];
    this.#sinceViolation = from?.sinceViolation ?? Infinity;
    this.#inViolation = from?.inViolation ?? 0;
  }

  get level(): number {
    return Math.max(dynamicEpsilon(this.#scores, this.#join), this.#floor);
  }

  judge(score: number): Judgement | null {
    this.#scores.push(score);
    this.#awaiting.push(0);
    return this.#awaiting.length > this.#parameters.delay ? this.#judgeOldest(this.#look()) : null;
  }

  conclude(): Judgement[] {
    const { length } = this.#awaiting;
    const level = length > 0 ? this.#look() : 0;
    const found = Array.from({ length }, () => this.#judgeOldest(level));
    this.#sinceViolation = Infinity;
    return found;
  }

  snapshot(): DynamicState {
    return {
      scores: Float64Array.from(this.#scores),
      awaiting: [...this.#awaiting],
      sinceViolation: this.#sinceViolation,
      inViolation: this.#inViolation,
    };
  }

  get #join(): number {
    return 2 * this.#parameters.buffer + 1;
  }

  /** Marks those that exceed the level by now, and returns it. */
  #look(): number {
    const { level } = this;
    const { buffer, decrease } = this.#parameters;
    const judged = this.#scores.length - this.#awaiting.length;
    for (const { first, last } of keptSequences(this.#scores, level, { join: this.#join, buffer, decrease }))
      this.#awaiting.fill(1, Math.max(0, first - judged), Math.max(0, last + 1 - judged));
    return level;
  }

  #judgeOldest(level: number): Judgement {
    const { buffer, memory, relearn } = this.#parameters;
    const oldest = this.#scores.length - this.#awaiting.length;
    const score = this.#scores[oldest]!;
    const isNear = this.#awaiting.slice(0, buffer + 1).includes(1);
    this.#sinceViolation = this.#awaiting.shift() === 1 ? 0 : this.#sinceViolation + 1;
    const violates = isNear || this.#sinceViolation <= buffer;
    this.#inViolation = violates ? this.#inViolation + 1 : 0;
    if (violates && this.#inViolation <= relearn) this.#scores.splice(oldest, 1);
    else if (oldest + 1 > memory) this.#scores.shift();
    return { score, level, violates };
  }
}

/** The sequences above a level that pruning leaves; the parameters are those of the policy. */
export function keptSequences(
  scores: readonly number[],
  level: number,
  { join, buffer, decrease }: { readonly join: number; readonly buffer: number; readonly decrease: number },
): readonly ScoreSequence[] {
  const above = indexesAbove(scores, level);
  if (above.length === 0) return [];
  const sequences = sequencesOf(above, join);
  const peakOf = ({ first, last }: ScoreSequence): number => greatest(scores, first, last);
  const ranked = sequences.toSorted((a, b) => peakOf(b) - peakOf(a));
  const peaks = [...ranked.map(peakOf), greatestBeyond(scores, sequences, buffer)];
  const lastStep = ranked.findLastIndex((_, rank) => peaks[rank]! - peaks[rank + 1]! >= decrease * peaks[rank]!);
  return ranked.slice(0, lastStep + 1);
}

/** The greatest score further than `buffer` from these sequences, which are ascending; 0 where there is none. */
function greatestBeyond(scores: readonly number[], sequences: readonly ScoreSequence[], buffer: number): number {
  let [most, from] = [0, 0];
  for (const { first, last } of sequences) {
    most = Math.max(most, greatest(scores, from, first - buffer - 1));
    from = last + buffer + 1;
  }
  return Math.max(most, greatest(scores, from, scores.length - 1));
}

/** The greatest score from `first` to `last`; 0 where there is none. */
function greatest(scores: readonly number[], first: number, last: number): number {
  let most = 0;
  for (let i = first; i <= last; i++) if (scores[i]! > most) most = scores[i]!;
  return most;
}
