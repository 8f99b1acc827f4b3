import type { PolicyDescription } from '../../../services/console/api.ts';
import type { ThresholdSetting } from '../../../pipelines/thresholds/threshold-setting.ts';

/** A setting in words: `mean + k sigma of the holdout, k = 6`. */
export function thresholdWords(setting: ThresholdSetting, policies: readonly PolicyDescription[]): string {
  const title = policies.find(({ name }) => name === setting.policy)?.title ?? setting.policy;
  const parameters = Object.entries(setting.parameters).map(([name, value]) => `${name}\u202f=\u202f${value}`);
  return [title, ...parameters].join(', ');
}
