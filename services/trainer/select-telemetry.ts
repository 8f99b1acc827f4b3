import type { DriftReport, FitTrigger } from '../../pipelines/fit-decision.ts';
import type { TimeRange } from '../../pipelines/ports.ts';
import type { GoverningModel } from '../../pipelines/scoring/governing-model.ts';
import type { SampleBatch } from '../../pipelines/telemetry/sample-batch.ts';
import { abnormalRanges, distrustedModels } from '../../pipelines/training/abnormal-ranges.ts';
import { screenWindows, windowsApart } from '../../pipelines/training/screen-windows.ts';
import { selectWindows, type Selection } from '../../pipelines/training/select-windows.ts';
import { meeting, union } from '../../pipelines/training/time-ranges.ts';
import { trainingWindows, type TrainingWindow } from '../../pipelines/training/training-windows.ts';
import type { KnownStream } from './known-streams.ts';
import type { TrainerOptions, TrainerPorts } from './trainer-ports.ts';

/** Anomalies that a fit asks the history for: more than any stretch that is worth training on has. */
export const mostAnomalies = 10_000;

/** The newest normal telemetry of a stream, and how it was chosen. */
export interface SelectedTelemetry extends Selection {
  readonly samples: SampleBatch;
  readonly windows: number;
  readonly abnormal: number;
  readonly contaminated: number;
  readonly distrusted: readonly string[];
}

/** What a fit is made for. */
export interface FitOccasion {
  readonly trigger: FitTrigger;
  readonly toMs: number;
  /** The model that governs, where one was trained. */
  readonly champion: GoverningModel | null;
  readonly drift: DriftReport | null;
}

/**
 * What of the newest telemetry is normal: abnormal times are left out, and what seems contaminated. Where the champion can
 * tell that, it does; where there is none, or it is suspect, a screen may. What drifted without an alarm is not contamination
 * but what the fit is for.
 */
export async function selectTelemetry(
  ports: TrainerPorts,
  options: TrainerOptions,
  known: KnownStream,
  { trigger, toMs, champion, drift }: FitOccasion,
  signal: AbortSignal,
): Promise<SelectedTelemetry> {
  const { definition, governing, verdicts } = known;
  const range: TimeRange = { fromMs: toMs - options.maxHistoryMs, toMs };
  const samples = await ports.history.samples(definition.stream, definition.version, range);
  const windows = trainingWindows(definition, samples, options.strideCells * definition.intervalMs);
  const anomalies = await ports.history.anomalies(definition.stream, range, mostAnomalies);
  const distrusted = distrustedModels(anomalies, governing, range, options.suspectShare);
  const trusted = anomalies.filter(({ modelVersion }) => !distrusted.includes(modelVersion));
  const abnormal = abnormalRanges({ anomalies: trusted, verdicts });
  const isAbnormal = meeting(abnormal);
  const normal = windows.filter(({ startMs, endMs }) => !isAbnormal(startMs, endMs));
  const contaminated = await contaminatedTimes();
  const isContaminated = meeting(union(contaminated));
  return {
    ...selectWindows(windows, [...abnormal, ...contaminated], options.holdoutShare),
    samples,
    windows: windows.length,
    abnormal: windows.length - normal.length,
    contaminated: normal.filter(({ startMs, endMs }) => isContaminated(startMs, endMs)).length,
    distrusted,
  };

  async function contaminatedTimes(): Promise<readonly TimeRange[]> {
    const { guard, screenFirstFit } = options;
    const asked = drift && trigger === 'drift' ? normal.filter(endsBefore(drift.fromMs)) : normal;
    if (!guard) return [];
    if (champion && trigger !== 'suspect') return windowsApart(champion, asked, guard, ports);
    return screenFirstFit ? screenWindows(definition, asked, guard, ports, signal) : [];
  }
}

function endsBefore(timeMs: number): (window: TrainingWindow) => boolean {
  return ({ endMs }) => endMs <= timeMs;
}
