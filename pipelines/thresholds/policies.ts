import { CupolaError } from '../errors.ts';
import { meanSigma } from './mean-sigma.ts';
import { quantile } from './quantile.ts';
import type { ThresholdCalibration, ThresholdPolicy } from './threshold-policy.ts';
import type { ThresholdSetting } from './threshold-setting.ts';

/** Every threshold policy. */
export const policies = [meanSigma, quantile] as const;

/**
 * Checks a setting and fills its defaults.
 *
 * Errors: CUPOLA_THRESHOLD_INVALID, naming policy or parameter, value and bound.
 */
export function parseThreshold(setting: ThresholdSetting): ThresholdSetting {
  const parsed = policyOf(setting).schema.safeParse(setting.parameters);
  if (parsed.success) return { policy: setting.policy, parameters: parsed.data };
  const issue = parsed.error.issues[0]!;
  const field = `parameters.${issue.path.join('.')}`;
  const value: unknown = setting.parameters[String(issue.path[0])];
  throw new CupolaError('CUPOLA_THRESHOLD_INVALID', `${setting.policy}: ${field}: ${issue.message}`, {
    field,
    value,
    bound: issue.message,
  });
}

/** The anomalyScore above which a window violates, under a setting that parseThreshold accepted. */
export function evaluateThreshold(setting: ThresholdSetting, calibration: ThresholdCalibration): number {
  return policyOf(setting).evaluate(setting.parameters, calibration);
}

function policyOf(setting: ThresholdSetting): ThresholdPolicy {
  const policy = policies.find(({ name }) => name === setting.policy);
  if (policy) return policy;
  const bound = `one of ${policies.map(({ name }) => name).join(', ')}`;
  throw new CupolaError('CUPOLA_THRESHOLD_INVALID', `policy: ${setting.policy} does not exist; ${bound}`, {
    field: 'policy',
    value: setting.policy,
    bound,
  });
}
