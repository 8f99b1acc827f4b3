/** What a policy may go by: how the governing model scored its holdout. */
export interface ThresholdCalibration {
  /** Anomaly scores in the order of time, oldest first. Bundles of before hold them ascending. */
  readonly holdoutScores: readonly number[];
  /** How many of them there are to one stride of the stream: a model may be fitted on a finer stride than it watches with. */
  readonly holdoutScoresPerWindow: number;
  /** Windows of the stream that end in a day. */
  readonly windowsPerDay: number;
  /** reconstructionError of an anomalyScore of 1. */
  readonly errorUnit: number;
}

/** What is found of one window. */
export interface Judgement {
  /** The anomalyScore as it was judged: smoothed, where the setting says so. */
  readonly score: number;
  /** The threshold that it was held against. */
  readonly level: number;
  readonly violates: boolean;
}

/** A policy at work on the scores of one stream under one model, in their order. */
export interface ScoreJudge {
  /** The threshold in force: what the next score is held against, as far as is known by now. */
  readonly level: number;
  /**
   * Takes the next score; judges the one that came as many windows before as the policy waits (0: this very one). null
   * while nothing is that old. What was judged is never taken back.
   */
  judge(score: number): Judgement | null;
  /** Judges what still awaits it, oldest first, as if nothing followed; the next score is taken as the first after a gap. */
  conclude(): Judgement[];
  /** Plain data of bounded size, with which `begin` goes on exactly from here; later scores do not change it. */
  snapshot(): unknown;
}

/**
 * A rule that says above which anomalyScore a window violates. One file a policy; policies.ts lists them.
 *
 * Parameters are checked against their bounds where they come in (parseThreshold); the rest trusts them. What adapts
 * learns nothing from scores that it found to violate.
 */
export interface ThresholdPolicy<Parameters extends object = Readonly<Record<string, number>>, State = unknown> {
  readonly name: string;
  readonly title: string;
  /** The parameters that a setting has, with their bounds. */
  readonly parameters: readonly PolicyParameter[];
  /** Begins after the holdout, or where a snapshot was taken of a judge with the same parameters and calibration. */
  begin(parameters: Parameters, calibration: ThresholdCalibration, state?: State): ScoreJudge;
  /** How many windows before and after one its judgement depends on; 0 and 0 where it is left out. */
  span?(parameters: Parameters): PolicySpan;
  /**
   * What a holdout is too short for; null where it is long enough. Who asks for such a setting is refused; where a model
   * brings a shorter holdout later, the setting is taken as if it stood at the bound.
   */
  unresolved?(parameters: Parameters, calibration: ThresholdCalibration): UnresolvedParameter | null;
}

export interface PolicySpan {
  /** Windows remembered, about: earlier ones hardly matter. */
  readonly before: number;
  /** Windows waited. */
  readonly after: number;
}

export interface UnresolvedParameter {
  readonly name: string;
  readonly bound: string;
}

export interface PolicyParameter {
  readonly name: string;
  readonly title: string;
  readonly min: number;
  readonly max: number;
  readonly default: number;
  /** Whether it counts something. */
  readonly whole?: true;
}
