import type { DatasetMember, Recording } from '../../pipelines/evaluation/datasets/recording.ts';
import { watchRecording, type WatchedRecording, type WatchPlan } from '../../pipelines/evaluation/watch-recording.ts';
import type { TelemetryRecord } from '../../pipelines/telemetry/sample-batch.ts';
import type { TrainingProgress } from '../../pipelines/ports.ts';
import type { FitPorts } from '../../pipelines/training/fit-bundle.ts';
import { systemClock } from '../adapters/system-clock.ts';
import { ReplaySource } from '../sources/replay.ts';
import { recordedTelemetry, type RejectionCount } from './recorded-telemetry.ts';

/** A recording's telemetry as a source would bring it, as fast as it goes. */
export function replayedRecords(
  recording: Recording,
  count: RejectionCount,
  signal: AbortSignal,
): AsyncGenerator<TelemetryRecord> {
  const name = recording.definition.source;
  const source = new ReplaySource({ name, recordings: [recording], speed: null, clock: systemClock });
  return recordedTelemetry(source, count, signal);
}

/** Watches a member of a data set; a signal that aborts leaves it watched in part. */
export async function watchMember(
  { recording }: DatasetMember,
  plan: WatchPlan,
  ports: FitPorts,
  onEpoch: (progress: TrainingProgress) => void,
  signal: AbortSignal,
): Promise<{ readonly watched: WatchedRecording; readonly rejected: number }> {
  const count = { rejected: 0 };
  const records = replayedRecords(recording, count, signal);
  const watched = await watchRecording(recording.definition, records, plan, ports, onEpoch, signal);
  return { watched, rejected: count.rejected };
}
