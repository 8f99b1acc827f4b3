import { holdoutTail } from './holdout-tail.ts';
import { meanAndDeviation } from './mean-and-deviation.ts';
import { tailParameters, type TailParameters } from './pot.ts';
import { SpotJudge, spotSpan } from './spot-judge.ts';
import type { Judgement, ScoreJudge, ThresholdPolicy } from './threshold-policy.ts';

type DriftingParameters = TailParameters & { readonly depth: number };

const depth = {
  name: 'depth',
  title: 'windows of the moving average',
  min: 2,
  max: 5000,
  default: 200,
  whole: true,
} as const;

/**
 * DSPOT (Siffer et al., KDD 2017, algorithm 3): SPOT (spot.ts) of what each score is above the mean of the `depth` before it
 * that did not violate, so that the threshold follows a stream whose scores drift slowly.
 */
export const dspot: ThresholdPolicy<DriftingParameters> = {
  name: 'dspot',
  title: 'drifting peaks over threshold (DSPOT)',
  parameters: [depth, ...tailParameters],
  span: (parameters) => ({ before: parameters.depth + spotSpan(parameters).before, after: 0 }),
  begin: (parameters, calibration, state) =>
    new DriftingJudge(parameters, holdoutTail(calibration, Infinity), state as DriftingState | undefined),
};

interface DriftingState {
  readonly newest: Float64Array;
  readonly excess: ReturnType<SpotJudge['snapshot']>;
}

class DriftingJudge implements ScoreJudge {
  /** At most `depth` scores that did not violate, oldest first. */
  readonly #newest: number[];
  readonly #excess: SpotJudge;
  readonly #depth: number;

  constructor(parameters: DriftingParameters, holdout: readonly number[], state?: DriftingState) {
    this.#depth = parameters.depth;
    // Half of a short holdout is left to fit the tail on.
    const averaged = Math.min(parameters.depth, Math.floor(holdout.length / 2));
    this.#newest = state ? [...state.newest] : holdout.slice(0, averaged);
    const excesses = state ? [] : holdout.slice(averaged).map((score) => this.#follow(score));
    this.#excess = new SpotJudge(parameters, excesses, state?.excess);
  }

  get level(): number {
    return this.#mean + this.#excess.level;
  }

  judge(score: number): Judgement {
    const { level } = this;
    const { violates } = this.#excess.judge(score - this.#mean);
    if (!violates) this.#follow(score);
    return { score, level, violates };
  }

  conclude(): Judgement[] {
    return [];
  }

  snapshot(): DriftingState {
    return { newest: Float64Array.from(this.#newest), excess: this.#excess.snapshot() };
  }

  get #mean(): number {
    return meanAndDeviation(this.#newest).mean;
  }

  /** Takes a score into the average; returns by how much it was above. */
  #follow(score: number): number {
    const above = score - this.#mean;
    this.#newest.push(score);
    if (this.#newest.length > this.#depth) this.#newest.shift();
    return above;
  }
}
