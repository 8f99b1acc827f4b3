import { CupolaError } from '../errors.ts';
import { meanSigma } from './mean-sigma.ts';
import { quantile } from './quantile.ts';
import type { ThresholdCalibration, ThresholdPolicy } from './threshold-policy.ts';
import type { ThresholdSetting } from './threshold-setting.ts';

/** Every threshold policy. */
export const policies = [meanSigma, quantile] as const;

/** What is wrong with a setting. */
export interface ThresholdProblem {
  /** `policy`, or `parameters` and the name of one. */
  readonly path: readonly string[];
  readonly value: unknown;
  readonly bound: string;
}

/** Everything wrong with a setting; parameters that are left out are not. */
export function thresholdProblems({ policy, parameters }: ThresholdSetting): ThresholdProblem[] {
  const known = policies.find(({ name }) => name === policy);
  if (!known)
    return [{ path: ['policy'], value: policy, bound: `one of ${policies.map(({ name }) => name).join(', ')}` }];
  const names = known.parameters.map(({ name }) => name).join(', ');
  return Object.entries(parameters).flatMap(([name, value]) => {
    const parameter = known.parameters.find((one) => one.name === name);
    if (parameter && value >= parameter.min && value <= parameter.max) return [];
    const bound = parameter
      ? `a number from ${parameter.min} to ${parameter.max}`
      : `left out: the parameters of ${policy} are ${names}`;
    return [{ path: ['parameters', name], value, bound }];
  });
}

/**
 * Checks a setting and fills its defaults.
 *
 * Errors: CUPOLA_THRESHOLD_INVALID, naming policy or parameter, value and bound.
 */
export function parseThreshold(setting: ThresholdSetting): ThresholdSetting {
  const [first] = thresholdProblems(setting);
  if (first) {
    const { value, bound } = first;
    const field = first.path.join('.');
    const message = `${field} is ${JSON.stringify(value)}; it must be ${bound}`;
    throw new CupolaError('CUPOLA_THRESHOLD_INVALID', message, { field, value, bound });
  }
  const defaults = policyOf(setting).parameters.map((parameter) => [parameter.name, parameter.default]);
  return { policy: setting.policy, parameters: { ...Object.fromEntries(defaults), ...setting.parameters } };
}

/** The anomalyScore above which a window violates, under a setting that parseThreshold accepted. */
export function evaluateThreshold(setting: ThresholdSetting, calibration: ThresholdCalibration): number {
  return policyOf(setting).evaluate(setting.parameters, calibration);
}

function policyOf({ policy }: ThresholdSetting): ThresholdPolicy {
  return policies.find(({ name }) => name === policy)!;
}
