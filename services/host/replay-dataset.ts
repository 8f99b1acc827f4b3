import { CupolaError } from '../../pipelines/errors.ts';
import type { DatasetMember } from '../../pipelines/evaluation/datasets/recording.ts';
import type { WatchPlan } from '../../pipelines/evaluation/watch-recording.ts';
import type { TrainingProgress } from '../../pipelines/ports.ts';
import type { FitPorts } from '../../pipelines/training/fit-bundle.ts';
import { systemClock } from '../adapters/system-clock.ts';
import { openDataset, type DatasetRequest } from '../sources/open-dataset.ts';
import { closeFitPorts, openFitPorts } from './fit-ports.ts';
import { replayPlan, type ReplaySettings } from './replay-plan.ts';
import { replayReport, type ReplayedMember, type ReplayReport } from './replay-report.ts';
import { watchMember } from './watch-member.ts';

/** Which recordings to replay, and how. */
export interface ReplayDatasetRequest extends DatasetRequest {
  readonly settings?: ReplaySettings;
}

/** How far a replay is. */
export interface ReplayProgress {
  /** The channel that is replayed, its place (from 1), and how many there are. */
  readonly channel: string;
  readonly index: number;
  readonly count: number;
  /** The newest epoch of its fit; null before the first. */
  readonly training: TrainingProgress | null;
}

/**
 * Replays recorded data through the detector, channel by channel and as fast as can be, without a log or a data folder:
 * fits a model on the first part of each and watches the rest with it.
 *
 * Where a channel cannot be fitted it is reported as failed, and the others go on; where none can, the first's error is
 * thrown.
 *
 * Errors: CUPOLA_DATASET_NOT_FOUND, CUPOLA_DATASET_INVALID, CUPOLA_STREAM_INVALID, CUPOLA_ARCHITECTURE_INVALID,
 * CUPOLA_THRESHOLD_INVALID, CUPOLA_TRAINING_TOO_SHORT; CUPOLA_TRAINING_ABORTED where the signal calls it off.
 */
export async function replayDataset(
  request: ReplayDatasetRequest,
  onProgress?: (progress: ReplayProgress) => void,
  signal?: AbortSignal,
): Promise<ReplayReport> {
  const members = await openDataset(request);
  const ports = await openFitPorts();
  try {
    return await replayMembers(request, members, ports, onProgress, signal);
  } finally {
    await closeFitPorts(ports);
  }
}

/** As replayDataset, with the recordings of the request opened, and a training backend and a scoring runtime to use. */
export async function replayMembers(
  { dataset, settings = {} }: ReplayDatasetRequest,
  members: readonly DatasetMember[],
  ports: FitPorts,
  onProgress: (progress: ReplayProgress) => void = () => {},
  signal: AbortSignal = new AbortController().signal,
): Promise<ReplayReport> {
  const startedMs = systemClock.nowMs();
  const plans = members.map((member) => replayPlan(member, settings));
  const replayed: ReplayedMember[] = [];
  for (const [i, member] of members.entries()) {
    const progress = { channel: member.name, index: i + 1, count: members.length };
    onProgress({ ...progress, training: null });
    const onEpoch = (training: TrainingProgress): void => onProgress({ ...progress, training });
    replayed.push(await replayMember(member, plans[i]!, ports, onEpoch, signal));
  }
  refuseWhereAllFailed(replayed);
  return replayReport(dataset, settings.seed ?? 1, replayed, secondsSince(startedMs));
}

function refuseWhereAllFailed(replayed: readonly ReplayedMember[]): void {
  const failures = replayed.flatMap(({ watched }) => watched.failure ?? []);
  if (failures.length === replayed.length) throw failures[0]!;
}

async function replayMember(
  member: DatasetMember,
  plan: WatchPlan,
  ports: FitPorts,
  onEpoch: (progress: TrainingProgress) => void,
  signal: AbortSignal,
): Promise<ReplayedMember> {
  const startedMs = systemClock.nowMs();
  const { watched, rejected } = await watchMember(member, plan, ports, onEpoch, signal);
  if (signal.aborted) throw new CupolaError('CUPOLA_TRAINING_ABORTED', 'the replay was called off');
  return { member, watched, rejected, seconds: secondsSince(startedMs) };
}

function secondsSince(startMs: number): number {
  return (systemClock.nowMs() - startMs) / 1000;
}
