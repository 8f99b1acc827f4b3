import { judgedAgain } from '../../../pipelines/evaluation/judged-again.ts';
import { detectionDelaysMs } from '../../../pipelines/evaluation/metrics/operator-figures.ts';
import { thresholdLevel } from '../../../pipelines/thresholds/threshold-levels.ts';
import type { ThresholdSetting } from '../../../pipelines/thresholds/threshold-setting.ts';
import type { ChannelResult } from './evaluate-channel.ts';

/**
 * What a kept result comes to under another threshold that parseThreshold accepted: the model is the same, but for the
 * threshold that it brings along.
 */
export function withThreshold(result: ChannelResult, threshold: ThresholdSetting): ChannelResult {
  const { entry, scores, calibrated } = result;
  const { model } = entry;
  if (!calibrated || !model) return { ...result, threshold };
  const again = judgedAgain(scores, calibrated, threshold);
  const { predicted } = again;
  const level = thresholdLevel(threshold, calibrated);
  return {
    ...result,
    threshold,
    scores: again.scores,
    entry: {
      ...entry,
      predicted,
      delaysMs: detectionDelaysMs({ ...entry, predicted }, entry.intervalMs),
      model: { ...model, threshold: { ...threshold, level } },
    },
  };
}
