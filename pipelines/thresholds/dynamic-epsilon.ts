import { meanAndDeviation } from './mean-and-deviation.ts';

/** Candidates, in standard deviations above the mean: those of the published implementation, ascending. */
const candidates = Array.from({ length: 20 }, (_, index) => 2.5 + 0.5 * index);
/** A candidate that splits more sequences off, or half of all scores, tells nothing apart. */
const mostSequences = 5;
const mostShare = 0.5;

/** A stretch of scores by its first and last index, both inclusive. */
export interface ScoreSequence {
  readonly first: number;
  readonly last: number;
}

/**
 * The level that sets apart the most with the least (Hundman et al., KDD 2018, doi:10.1145/3219819.3219845, section 3.3):
 *
 *   epsilon = mean(e) + z sd(e), z maximising (dm / mean(e) + ds / sd(e)) / (|e_a| + |E_seq|^2),
 *
 * where dm and ds are by how much mean and standard deviation fall without the scores e_a above epsilon, which stand in E_seq
 * sequences; those at most `join` apart are one. Where no candidate leaves something above it, the highest.
 */
export function dynamicEpsilon(scores: readonly number[], join: number): number {
  const { mean, deviation } = meanAndDeviation(scores);
  const lowest = mean + candidates[0]! * deviation;
  const above = indexesAbove(scores, lowest);
  if (above.length === 0) return mean + candidates.at(-1)! * deviation;
  const below = new RunningMoments(scores, lowest);
  let [epsilon, best] = [mean + candidates.at(-1)! * deviation, -Infinity];
  let left = above;
  for (const z of candidates) {
    const candidate = mean + z * deviation;
    for (const index of left) if (scores[index]! <= candidate) below.add(scores[index]!);
    left = left.filter((index) => scores[index]! > candidate);
    if (left.length === 0) break;
    const sequences = sequencesOf(left, join).length;
    if (sequences > mostSequences || left.length >= mostShare * scores.length) continue;
    const falls = (mean - below.mean) / mean + (deviation - below.deviation) / deviation;
    const gain = falls / (left.length + sequences ** 2);
    if (gain >= best) [epsilon, best] = [candidate, gain];
  }
  return epsilon;
}

/** Where scores exceed a level, ascending. */
export function indexesAbove(scores: readonly number[], level: number): number[] {
  const indexes: number[] = [];
  for (let i = 0; i < scores.length; i++) if (scores[i]! > level) indexes.push(i);
  return indexes;
}

/** Ascending indexes as sequences; those at most `join` apart are one. */
export function sequencesOf(indexes: readonly number[], join: number): ScoreSequence[] {
  const sequences: { first: number; last: number }[] = [];
  for (const index of indexes) {
    const open = sequences.at(-1);
    if (open && index - open.last <= join) open.last = index;
    else sequences.push({ first: index, last: index });
  }
  return sequences;
}

/** Mean and deviation of values that become more, about their first mean: what is far above must not cancel what is not. */
class RunningMoments {
  readonly #about: number;
  #count: number;
  #sum = 0;
  #squares: number;

  /** Begins with the scores up to a level. */
  constructor(scores: readonly number[], level: number) {
    let [count, sum, squares] = [0, 0, 0];
    for (let i = 0; i < scores.length; i++) {
      if (scores[i]! > level) continue;
      count++;
      sum += scores[i]!;
    }
    const mean = sum / count;
    for (let i = 0; i < scores.length; i++) if (!(scores[i]! > level)) squares += (scores[i]! - mean) ** 2;
    this.#about = mean;
    this.#count = count;
    this.#squares = squares;
  }

  get mean(): number {
    return this.#about + this.#sum / this.#count;
  }

  get deviation(): number {
    return Math.sqrt(Math.max(0, this.#squares / this.#count - (this.#sum / this.#count) ** 2));
  }

  add(value: number): void {
    this.#count++;
    this.#sum += value - this.#about;
    this.#squares += (value - this.#about) ** 2;
  }
}
