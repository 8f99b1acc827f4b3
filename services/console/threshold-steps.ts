import type { ThresholdLevels } from '../../pipelines/thresholds/threshold-levels.ts';
import type { ThresholdStep } from './api.ts';
import type { StreamModel } from './stream-model.ts';

/** What governed a stream when, ascending, and where the console draws it. */
export function thresholdSteps(levels: ThresholdLevels, model: StreamModel): readonly ThresholdStep[] {
  const { definition } = model;
  const newestStrideMs = definition ? definition.windowLengthMs - definition.strideMs : 0;
  return levels.steps(model).map((step) => Object.assign(step, { drawnFromMs: step.fromMs + newestStrideMs }));
}
