import type { ModelTrial } from '../../pipelines/fit-decision.ts';
import { tryModel, type TriedModel } from '../../pipelines/evaluation/model-trial.ts';
import type { ScoringRuntime, TimeRange } from '../../pipelines/ports.ts';
import type { SampleBatch } from '../../pipelines/telemetry/sample-batch.ts';
import { meeting, union } from '../../pipelines/training/time-ranges.ts';
import type { KnownCases } from './known-cases.ts';

/** What models are tried on. */
export interface TrialGround {
  /** The holdout, with some telemetry before it. */
  readonly holdout: TimeRange;
  readonly samples: SampleBatch;
  /** Times in which people say that something was wrong: an alarm there is none too many. */
  readonly judgedAbnormal: readonly TimeRange[];
  readonly cases: KnownCases;
}

/** How a model does on the holdout and on the known cases, by the detector itself. */
export async function trialOf(tried: TriedModel, ground: TrialGround, runtime: ScoringRuntime): Promise<ModelTrial> {
  const { holdout, samples, judgedAbnormal, cases } = ground;
  const isJudgedAbnormal = meeting(union(judgedAbnormal));
  const found = await tryModel(tried, samples, runtime);
  const alarms = found.filter(
    ({ startMs, endMs }) => endMs > holdout.fromMs && startMs < holdout.toMs && !isJudgedAbnormal(startMs, endMs),
  );
  const alarmsIn = async (some: KnownCases['incidents']): Promise<number> => {
    let alarmed = 0;
    for (const { range, samples: telemetry } of some) {
      const anomalies = await tryModel(tried, telemetry, runtime);
      if (anomalies.some(({ startMs, endMs }) => startMs < range.toMs && endMs > range.fromMs)) alarmed++;
    }
    return alarmed;
  };
  return {
    modelVersion: tried.model.version,
    holdoutAlarms: alarms.length,
    caught: await alarmsIn(cases.incidents),
    falselyAlarmed: await alarmsIn(cases.normals),
  };
}
