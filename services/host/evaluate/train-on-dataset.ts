import { join } from 'node:path';
import { bundleVersion, canonicalJson, type Bundle } from '../../../pipelines/autoencoders/bundle.ts';
import { CupolaError } from '../../../pipelines/errors.ts';
import { decodeEcg5000 } from '../../../pipelines/evaluation/datasets/ecg5000.ts';
import type { DatasetMember } from '../../../pipelines/evaluation/datasets/recording.ts';
import type { EvaluationPreset } from '../../../pipelines/evaluation/presets.ts';
import { recordedWindows } from '../../../pipelines/evaluation/recorded-windows.ts';
import type { TrainingProgress } from '../../../pipelines/ports.ts';
import type { SampleBatch } from '../../../pipelines/telemetry/sample-batch.ts';
import { fitBundle, type FitPorts } from '../../../pipelines/training/fit-bundle.ts';
import { selectWindows, type Selection } from '../../../pipelines/training/select-windows.ts';
import { FileBundleStore } from '../../adapters/files/bundle-store.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import { datasetMembers, openDataset } from '../../sources/open-dataset.ts';
import { closeFitPorts, openFitPorts } from '../fit-ports.ts';
import { replayedRecords } from '../watch-member.ts';
import { evaluationPlan } from './evaluation-plan.ts';
import { fitHeartbeats } from './heartbeat-detector.ts';
import { readHeartbeats } from './read-heartbeats.ts';

/** What to train, and on what. */
export interface TrainRequest {
  readonly dataset: string;
  readonly dataDir: string;
  /** One channel; all by default. */
  readonly member?: string;
  readonly settings: EvaluationPreset;
  readonly seed: number;
  /** A model of the same architecture and shape whose weights the fits start from; chance by default. */
  readonly startFrom?: Bundle;
  /** Where bundles are stored. */
  readonly modelsDir: string;
}

/** A model that was trained on a recording. */
export interface TrainedModel {
  readonly channel: string;
  readonly architecture: string;
  readonly modelVersion: string;
  readonly trainingWindows: number;
  readonly holdoutWindows: number;
  /** Median reconstructionError of the holdout, and the holdout's loss in the best epoch (null without epochs). */
  readonly holdoutMedianError: number;
  readonly holdoutLoss: number | null;
  readonly epochs: number;
  /** Of the whole bundle. */
  readonly bytes: number;
  readonly seconds: number;
  /** The folder of the bundle. */
  readonly bundle: string;
}

/**
 * Trains a model on the training part of every recording of a data set, and stores it.
 *
 * Errors: CUPOLA_DATASET_NOT_FOUND, CUPOLA_DATASET_INVALID, CUPOLA_STREAM_INVALID, CUPOLA_ARCHITECTURE_INVALID,
 * CUPOLA_THRESHOLD_INVALID, CUPOLA_TRAINING_TOO_SHORT, CUPOLA_MODEL_UNSUITED; CUPOLA_TRAINING_ABORTED where the signal calls it off.
 */
export async function trainOnDataset(
  request: TrainRequest,
  onProgress: (channel: string, training: TrainingProgress) => void,
  signal: AbortSignal,
): Promise<readonly TrainedModel[]> {
  const { dataset, dataDir, member, settings, seed, modelsDir } = request;
  const isHeartbeats = dataset === 'ecg5000';
  const names = isHeartbeats
    ? [dataset]
    : await datasetMembers({ dataset, dataDir, ...(member !== undefined && { member }) });
  const store = new FileBundleStore(modelsDir, systemClock);
  const ports = await openFitPorts();
  const trained: TrainedModel[] = [];
  try {
    for (const channel of names) {
      const startedMs = systemClock.nowMs();
      const onEpoch = (training: TrainingProgress): void => onProgress(channel, training);
      const bundle = isHeartbeats
        ? await trainOnHeartbeats(dataDir, settings, seed, ports, onEpoch, signal)
        : await trainOnMember(request, channel, ports, onEpoch, signal);
      await store.put(bundle);
      trained.push(trainedModel(channel, bundle, modelsDir, (systemClock.nowMs() - startedMs) / 1000));
    }
  } finally {
    await closeFitPorts(ports);
  }
  return trained;
}

async function trainOnMember(
  { dataset, dataDir, settings, seed, startFrom }: TrainRequest,
  name: string,
  ports: FitPorts,
  onEpoch: (progress: TrainingProgress) => void,
  signal: AbortSignal,
): Promise<Bundle> {
  const { windowRows, strideRows, hidesContext } = settings;
  const options = { windowRows, strideRows, hidesContext };
  const [member] = await openDataset({ dataset, dataDir, member: name, options });
  const { definition } = member!.recording;
  const fit = { ...evaluationPlan(member!, settings, seed).fit, startFrom };
  return fitBundle(definition, await memberSelection(member!, settings, signal), fit, ports, onEpoch, signal);
}

/**
 * What a model of a recording learns from and is judged by, under a preset.
 *
 * Errors: CUPOLA_TRAINING_TOO_SHORT; CUPOLA_TRAINING_ABORTED where the signal calls it off.
 */
export async function memberSelection(
  member: DatasetMember,
  settings: EvaluationPreset,
  signal: AbortSignal,
): Promise<Selection> {
  const { fitAtMs, mostTrainingWindows, holdoutShare } = evaluationPlan(member, settings, 0);
  const samples = await samplesUntil(member, fitAtMs, signal);
  if (signal.aborted) throw new CupolaError('CUPOLA_TRAINING_ABORTED', 'the fit was called off');
  return selectWindows(
    recordedWindows(member.recording.definition, samples, fitAtMs, mostTrainingWindows),
    [],
    holdoutShare,
  );
}

/** A recording's samples up to an event time, through the same door as any telemetry. */
async function samplesUntil({ recording }: DatasetMember, endMs: number, signal: AbortSignal): Promise<SampleBatch[]> {
  const samples: SampleBatch[] = [];
  for await (const record of replayedRecords(recording, { rejected: 0 }, signal)) {
    if (record.type === 'samples') samples.push(record);
    else if (record.timeMs >= endMs) break;
  }
  return samples;
}

async function trainOnHeartbeats(
  dataDir: string,
  settings: EvaluationPreset,
  seed: number,
  ports: FitPorts,
  onEpoch: (progress: TrainingProgress) => void,
  signal: AbortSignal,
): Promise<Bundle> {
  const beats = decodeEcg5000(...(await readHeartbeats(dataDir)));
  const normal = Array.from(beats.classes, (_, beat) => beat).filter((beat) => beats.classes[beat] === 1);
  return fitHeartbeats(beats, normal, settings, seed, ports, onEpoch, signal);
}

function trainedModel(channel: string, bundle: Bundle, modelsDir: string, seconds: number): TrainedModel {
  const { architecture, training, holdout, holdoutMedianError, fit } = bundle.manifest;
  const modelVersion = bundleVersion(bundle);
  return {
    channel,
    architecture: architecture.name,
    modelVersion,
    trainingWindows: training.windows,
    holdoutWindows: holdout.windows,
    holdoutMedianError,
    holdoutLoss: fit.epochs[fit.bestEpoch - 1]?.holdoutLoss ?? null,
    epochs: fit.epochs.length,
    bytes: Buffer.byteLength(canonicalJson(bundle.manifest)) + (bundle.onnx?.byteLength ?? 0),
    seconds,
    bundle: join(modelsDir, 'bundles', modelVersion),
  };
}
