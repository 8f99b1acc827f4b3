import { CupolaError } from '../errors.ts';
import { combinedParameter } from './combined.ts';
import { conformal } from './conformal.ts';
import { dspot } from './dspot.ts';
import { dynamicFloor } from './dynamic-floor.ts';
import { dynamic } from './dynamic.ts';
import { falseAlarmBudget } from './false-alarm-budget.ts';
import { fixed } from './fixed.ts';
import { meanSigma } from './mean-sigma.ts';
import { medianMad } from './median-mad.ts';
import { pot } from './pot.ts';
import { quantile } from './quantile.ts';
import { recentQuantile } from './recent-quantile.ts';
import { SmoothedJudge, smoothingParameter } from './smoothing.ts';
import { spot } from './spot.ts';
import type {
  PolicyParameter,
  PolicySpan,
  ScoreJudge,
  ThresholdCalibration,
  ThresholdPolicy,
} from './threshold-policy.ts';
import type { ThresholdSetting } from './threshold-setting.ts';

const every: readonly ThresholdPolicy[] = [
  meanSigma,
  medianMad,
  quantile,
  fixed,
  conformal,
  falseAlarmBudget,
  pot,
  spot,
  dspot,
  recentQuantile,
  dynamic,
  dynamicFloor,
];

/** Every threshold policy. Each has parameters for smoothing, and for what is judged. */
export const policies: readonly ThresholdPolicy[] = every.map(withCommon);

function withCommon(policy: ThresholdPolicy): ThresholdPolicy {
  const missing = [smoothingParameter, combinedParameter].filter(
    ({ name }) => !policy.parameters.some((parameter) => parameter.name === name),
  );
  return { ...policy, parameters: [...policy.parameters, ...missing] };
}

/** After so many spans of the moving average a score counts for less than a thousandth. */
const smoothingSpans = 4;

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
    if (parameter && isWithin(parameter, value)) return [];
    const bound = parameter
      ? `a ${parameter.whole ? 'whole ' : ''}number from ${parameter.min} to ${parameter.max}`
      : `left out: the parameters of ${policy} are ${names}`;
    return [{ path: ['parameters', name], value, bound }];
  });
}

function isWithin({ min, max, whole }: PolicyParameter, value: number): boolean {
  return value >= min && value <= max && (!whole || Number.isInteger(value));
}

/**
 * Checks a setting and fills its defaults.
 *
 * Errors: CUPOLA_THRESHOLD_INVALID, naming policy or parameter, value and bound.
 */
export function parseThreshold(setting: ThresholdSetting): ThresholdSetting {
  const [first] = thresholdProblems(setting);
  if (first) throw invalid(first);
  return { policy: setting.policy, parameters: withDefaults(setting) };
}

/**
 * Why a setting, accepted by parseThreshold, asks for more than a model's holdout can tell: CUPOLA_THRESHOLD_INVALID, naming
 * the parameter, its value and the bound that the holdout sets. null where it does not.
 */
export function resolutionProblem(setting: ThresholdSetting, calibration: ThresholdCalibration): CupolaError | null {
  const parameters = withDefaults(setting);
  const unresolved = policyOf(setting).unresolved?.(parameters, calibration);
  if (!unresolved) return null;
  const { name, bound } = unresolved;
  return invalid({ path: ['parameters', name], value: parameters[name], bound });
}

/** Puts a setting to work that parseThreshold accepted; `state` is a snapshot of a judge begun with the same. */
export function beginJudge(setting: ThresholdSetting, calibration: ThresholdCalibration, state?: unknown): ScoreJudge {
  const policy = policyOf(setting);
  const parameters = withDefaults(setting);
  const span = parameters[smoothingParameter.name]!;
  if (span === 0) return policy.begin(parameters, calibration, state);
  return new SmoothedJudge(span, calibration, (smoothed, inner) => policy.begin(parameters, smoothed, inner), state);
}

/** How many windows before and after one its judgement depends on, under a setting that parseThreshold accepted. */
export function thresholdSpan(setting: ThresholdSetting): PolicySpan {
  const parameters = withDefaults(setting);
  const { before, after } = policyOf(setting).span?.(parameters) ?? { before: 0, after: 0 };
  return { before: before + smoothingSpans * parameters[smoothingParameter.name]!, after };
}

/** Settings of before lack parameters that came later. */
function withDefaults(setting: ThresholdSetting): Record<string, number> {
  const defaults = policyOf(setting).parameters.map((parameter) => [parameter.name, parameter.default]);
  return { ...Object.fromEntries(defaults), ...setting.parameters };
}

function policyOf({ policy }: ThresholdSetting): ThresholdPolicy {
  return policies.find(({ name }) => name === policy)!;
}

function invalid({ path, value, bound }: ThresholdProblem): CupolaError {
  const field = path.join('.');
  const message = `${field} is ${JSON.stringify(value)}; it must be ${bound}`;
  return new CupolaError('CUPOLA_THRESHOLD_INVALID', message, { field, value, bound });
}
