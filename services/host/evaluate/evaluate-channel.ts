import { controls } from '../../../pipelines/evaluation/controls.ts';
import type { DatasetMember } from '../../../pipelines/evaluation/datasets/recording.ts';
import { testRowsWithin } from '../../../pipelines/evaluation/datasets/row-timeline.ts';
import { detectionDelaysMs } from '../../../pipelines/evaluation/metrics/operator-figures.ts';
import { periodLength } from '../../../pipelines/evaluation/metrics/period-length.ts';
import { vusPr } from '../../../pipelines/evaluation/metrics/vus-pr.ts';
import type { EvaluationPreset } from '../../../pipelines/evaluation/presets.ts';
import { placedScores, rowScores, type PlacedScores } from '../../../pipelines/evaluation/row-scores.ts';
import { watchRecording, type WatchedRecording } from '../../../pipelines/evaluation/watch-recording.ts';
import { CupolaError } from '../../../pipelines/errors.ts';
import type { TrainingProgress } from '../../../pipelines/ports.ts';
import { SeededRandom } from '../../../pipelines/random.ts';
import { windowRows } from '../../../pipelines/telemetry/stream-definition.ts';
import type { CalibratedManifest } from '../../../pipelines/thresholds/threshold-calibration.ts';
import { thresholdLevel } from '../../../pipelines/thresholds/threshold-levels.ts';
import type { ThresholdSetting } from '../../../pipelines/thresholds/threshold-setting.ts';
import { judgedAgain } from '../../../pipelines/evaluation/judged-again.ts';
import type { FitPorts } from '../../../pipelines/training/fit-bundle.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import { ReplaySource } from '../../sources/replay.ts';
import { recordedTelemetry } from '../recorded-telemetry.ts';
import { channelReport, type ChannelReport } from '../replay-report.ts';
import { channelTrace, type ChannelTrace } from './channel-trace.ts';
import { evaluationPlan } from './evaluation-plan.ts';
import { timedPorts } from './timed-ports.ts';

/** One recording of an evaluation. */
export interface EvaluatedEntry extends ChannelReport {
  readonly intervalMs: number;
  /** By labelled sequence, the time from its first row to the first row of the alarm; null where it was missed. */
  readonly delaysMs: readonly (number | null)[];
  readonly vusPr: number | null;
  /** The window of VUS-PR: the period of column 0. */
  readonly periodRows: number;
  readonly controlsVusPr: Readonly<Record<string, number | null>>;
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
  const { recording } = member;
  const { definition } = recording;
  const source = new ReplaySource({
    name: definition.source,
    recordings: [recording],
    speed: null,
    clock: systemClock,
  });
  const count = { rejected: 0 };
  const plan = evaluationPlan(member, preset, seed);
  const records = recordedTelemetry(source, count, signal);
  const watched = await watchRecording(definition, records, plan, ports, onEpoch, signal);
  if (signal.aborted) throw new CupolaError('CUPOLA_TRAINING_ABORTED', 'the evaluation was called off');
  const report = channelReport({ member, watched, rejected: count.rejected, seconds: 0 });
  const scores = placed(member, watched);
  const metrics = metricsOf(member, report, scores, preset, seed);
  return {
    entry: {
      ...report,
      ...metrics,
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

function calibratedPart({
  definition,
  holdoutErrors,
  holdoutMedianError,
  holdoutStrideMs,
}: CalibratedManifest): CalibratedManifest {
  return { definition, holdoutErrors, holdoutMedianError, holdoutStrideMs };
}

/** Windows among the rows that count: of the test part, or of the whole recording where there is none. */
function placed({ recording, timeline }: DatasetMember, { scores }: WatchedRecording): PlacedScores {
  const timeMs = timeline ? recording.timeMs.subarray(timeline.trainingRows) : recording.timeMs;
  return placedScores(scores, timeMs, recording.definition.strideMs);
}

function metricsOf(
  member: DatasetMember,
  report: ChannelReport,
  scores: PlacedScores,
  preset: EvaluationPreset,
  seed: number,
): Pick<EvaluatedEntry, 'intervalMs' | 'delaysMs' | 'vusPr' | 'periodRows' | 'controlsVusPr'> {
  const { definition } = member.recording;
  const { rows, labelled } = report;
  const periodRows = periodLength(firstColumn(member));
  const flags = new Uint8Array(rows);
  for (const [first, last] of labelled) flags.fill(1, first, last + 1);
  const volume = (score: Float64Array): number | null =>
    labelled.length === 0 ? null : vusPr(score, flags, periodRows);
  const ofControls = controls.map((control): [string, number | null] => [
    control.name,
    volume(control.run(rows, controlRandom(seed, control.name, report.channel)).score),
  ]);
  return {
    intervalMs: definition.intervalMs,
    delaysMs: detectionDelaysMs(report, definition.intervalMs),
    vusPr: volume(rowScores(scores, rows, windowRows(definition), preset.rowScore)),
    periodRows,
    controlsVusPr: Object.fromEntries(ofControls),
  };
}

/** The random numbers of a control on a channel. */
export function controlRandom(seed: number, control: string, channel: string): SeededRandom {
  return SeededRandom.for(seed, `control ${control} ${channel}`);
}

function firstColumn({ recording, timeline }: DatasetMember): Float64Array {
  const columns = recording.definition.channels.length;
  const firstRow = timeline?.trainingRows ?? 0;
  return Float64Array.from(
    { length: recording.timeMs.length - firstRow },
    (_, row) => recording.values[(firstRow + row) * columns]!,
  );
}

/** The channel that contributed most to the greatest anomaly among the rows that count. */
function topContributor({ timeline }: DatasetMember, { anomalies }: WatchedRecording): string | undefined {
  const counted = anomalies.filter(({ startMs, endMs }) => !timeline || testRowsWithin(timeline, startMs, endMs));
  const greatest = [...counted].sort((a, b) => b.peakScore / b.threshold - a.peakScore / a.threshold)[0];
  return greatest?.contributions[0]?.channelId;
}
