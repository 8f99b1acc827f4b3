/** What a policy may go by: the anomaly scores of the model's holdout, ascending. */
export interface ThresholdCalibration {
  readonly holdoutScores: readonly number[];
}

/**
 * A rule that says above which anomalyScore a window violates. One file a policy; policies.ts lists them.
 *
 * Parameters are checked against their bounds where they come in (parseThreshold); `evaluate` trusts them.
 */
export interface ThresholdPolicy<Parameters extends Record<string, number> = Record<string, number>> {
  readonly name: string;
  readonly title: string;
  /** The parameters that a setting has, with their bounds. */
  readonly parameters: readonly PolicyParameter[];
  evaluate(parameters: Parameters, calibration: ThresholdCalibration): number;
}

export interface PolicyParameter {
  readonly name: string;
  readonly title: string;
  readonly min: number;
  readonly max: number;
  readonly default: number;
}
