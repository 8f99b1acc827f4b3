import { countedTimesMs, type DatasetMember } from '../../../pipelines/evaluation/datasets/recording.ts';
import { testRowsWithin } from '../../../pipelines/evaluation/datasets/row-timeline.ts';
import type { EvaluationPreset } from '../../../pipelines/evaluation/presets.ts';
import { placedScores, type PlacedScores } from '../../../pipelines/evaluation/row-scores.ts';
import type { WatchedRecording } from '../../../pipelines/evaluation/watch-recording.ts';
import { CupolaError } from '../../../pipelines/errors.ts';
import type { TrainingProgress } from '../../../pipelines/ports.ts';
import type { CalibratedManifest } from '../../../pipelines/thresholds/threshold-calibration.ts';
import type { ThresholdSetting } from '../../../pipelines/thresholds/threshold-setting.ts';
import type { FitPorts } from '../../../pipelines/training/fit-bundle.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import { watchMember } from '../watch-member.ts';
import { channelReport, type ChannelReport } from '../replay-report.ts';
import { channelMetrics, type ChannelMetrics } from './channel-metrics.ts';
import { channelTrace, type ChannelTrace } from './channel-trace.ts';
import { evaluationPlan } from './evaluation-plan.ts';
import { timedPorts } from './timed-ports.ts';

/** One recording of an evaluation. */
export interface EvaluatedEntry extends ChannelReport, ChannelMetrics {
  readonly fitSeconds: number;
  readonly scoreSeconds: number;
}

/** All that is kept of a recording that was evaluated: enough to try other thresholds and to draw it. */
export interface ChannelResult {
  readonly entry: EvaluatedEntry;
  readonly scores: PlacedScores;
  /** What thresholds go by under the model; null where none was fitted. */
  readonly calibrated: CalibratedManifest | null;
  /** What the scores were judged by. */
  readonly threshold: ThresholdSetting;
  readonly trace: ChannelTrace;
}

/** Fits a model on the first part of a recording and watches the rest with the detector itself. */
export async function evaluateChannel(
  member: DatasetMember,
  preset: EvaluationPreset,
  seed: number,
  untimed: FitPorts,
  onEpoch: (progress: TrainingProgress) => void,
  signal: AbortSignal,
): Promise<ChannelResult> {
  const startedMs = systemClock.nowMs();
  const { ports, seconds } = timedPorts(untimed, systemClock);
  const plan = evaluationPlan(member, preset, seed);
  const { watched, rejected } = await watchMember(member, plan, ports, onEpoch, signal);
  if (signal.aborted) throw new CupolaError('CUPOLA_TRAINING_ABORTED', 'the evaluation was called off');
  const report = channelReport({ member, watched, rejected, seconds: 0 });
  const scores = placedScores(watched.scores, countedTimesMs(member), member.recording.definition.strideMs);
  return {
    entry: {
      ...report,
      ...channelMetrics(member, report, scores, preset, seed),
      fitSeconds: seconds.fit,
      scoreSeconds: seconds.score,
      seconds: (systemClock.nowMs() - startedMs) / 1000,
    },
    scores,
    calibrated: watched.model && calibratedPart(watched.model.bundle.manifest),
    threshold: plan.fit.threshold,
    trace: channelTrace(member, topContributor(member, watched)),
  };
}

/** The channel that contributed most to the greatest anomaly among the rows that count. */
function topContributor({ timeline }: DatasetMember, { anomalies }: WatchedRecording): string | undefined {
  const counted = anomalies.filter(({ startMs, endMs }) => !timeline || testRowsWithin(timeline, startMs, endMs));
  const greatest = [...counted].sort((a, b) => b.peakScore / b.threshold - a.peakScore / a.threshold)[0];
  return greatest?.contributions[0]?.channelId;
}

function calibratedPart({
  definition,
  holdoutErrors,
  holdoutStrideErrors,
  holdoutMedianError,
  holdoutStrideMs,
}: CalibratedManifest): CalibratedManifest {
  return { definition, holdoutErrors, holdoutStrideErrors, holdoutMedianError, holdoutStrideMs };
}
