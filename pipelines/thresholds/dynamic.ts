import { DynamicJudge, dynamicParameters, dynamicSpan, type DynamicParameters } from './dynamic-judge.ts';
import type { ThresholdPolicy } from './threshold-policy.ts';

/**
 * The non-parametric dynamic threshold of Hundman et al. (KDD 2018), with pruning: see dynamic-epsilon.ts and
 * dynamic-judge.ts. It supposes no distribution, and always looks for the oddest scores that it remembers: ordinary
 * telemetry alone has some too, for which see dynamic-floor.ts.
 */
export const dynamic: ThresholdPolicy<DynamicParameters> = {
  name: 'dynamic',
  title: 'dynamic threshold with pruning',
  parameters: dynamicParameters,
  span: dynamicSpan,
  begin: (parameters, calibration, state) => new DynamicJudge(parameters, calibration, 0, state),
};
