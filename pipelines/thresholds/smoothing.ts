import { meanAndDeviation } from './mean-and-deviation.ts';
import type { Judgement, PolicyParameter, ScoreJudge, ThresholdCalibration } from './threshold-policy.ts';

/** A parameter of every policy. */
export const smoothingParameter: PolicyParameter = {
  name: 'smoothing',
  title: 'span of the moving average over scores, in windows; 0 for none',
  min: 0,
  max: 1000,
  default: 0,
};

/**
 * Exponentially weighted moving average, s_t = s_(t-1) + a (x_t - s_(t-1)) with a = 2 / (span + 1), as Hundman et al.
 * (KDD 2018, section 3.2) smooth errors. It starts at what is ordinary, so that a first score alone decides nothing.
 */
class Smoother {
  readonly #weight: number;
  readonly #start: number;
  value: number;

  constructor(span: number, start: number, value: number = start) {
    this.#weight = 2 / (Math.max(span, 1) + 1);
    this.#start = start;
    this.value = value;
  }

  push(score: number): number {
    return (this.value += this.#weight * (score - this.value));
  }

  reset(): void {
    this.value = this.#start;
  }
}

/** The holdout's scores smoothed over as long a time as the stream's. */
export function smoothedCalibration(span: number, calibration: ThresholdCalibration): ThresholdCalibration {
  const { holdoutScores, holdoutScoresPerWindow } = calibration;
  const smoother = new Smoother(span * holdoutScoresPerWindow, meanAndDeviation(holdoutScores).mean);
  return { ...calibration, holdoutScores: holdoutScores.map((score) => smoother.push(score)) };
}

interface SmoothedState {
  readonly value: number;
  readonly judge: unknown;
}

/** A judge of smoothed scores, calibrated on the holdout's, smoothed alike. A gap starts the average anew. */
export class SmoothedJudge implements ScoreJudge {
  readonly #smoother: Smoother;
  readonly #judge: ScoreJudge;

  constructor(
    span: number,
    calibration: ThresholdCalibration,
    begin: (calibration: ThresholdCalibration, state?: unknown) => ScoreJudge,
    state?: unknown,
  ) {
    const from = state as SmoothedState | undefined;
    this.#smoother = new Smoother(span, meanAndDeviation(calibration.holdoutScores).mean, from?.value);
    this.#judge = begin(smoothedCalibration(span, calibration), from?.judge);
  }

  get level(): number {
    return this.#judge.level;
  }

  judge(score: number): Judgement | null {
    return this.#judge.judge(this.#smoother.push(score));
  }

  conclude(): Judgement[] {
    this.#smoother.reset();
    return this.#judge.conclude();
  }

  snapshot(): SmoothedState {
    return { value: this.#smoother.value, judge: this.#judge.snapshot() };
  }
}
