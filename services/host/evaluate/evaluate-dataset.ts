import { CupolaError } from '../../../pipelines/errors.ts';
import type { NamedPreset } from '../../../pipelines/evaluation/presets.ts';
import type { TrainingProgress } from '../../../pipelines/ports.ts';
import { isSameSetting } from '../../../pipelines/thresholds/threshold-setting.ts';
import type { FitPorts } from '../../../pipelines/training/fit-bundle.ts';
import { datasetMembers, openDataset } from '../../sources/open-dataset.ts';
import { closeFitPorts, openFitPorts } from '../fit-ports.ts';
import { evaluateChannel, type ChannelResult } from './evaluate-channel.ts';
import { fitOptions } from './evaluation-plan.ts';
import { evaluationReport, type EvaluationReport, type EvaluationSubject } from './evaluation-report.ts';
import { inLanes } from './in-lanes.ts';
import { withThreshold } from './with-threshold.ts';
import { evaluationKey, WorkFolder } from './work-folder.ts';

/** What to evaluate, and how. */
export interface EvaluationRequest {
  readonly dataset: string;
  /** The data set's folder or one that holds it among others. */
  readonly dataDir: string;
  readonly preset: NamedPreset;
  /** One channel; all by default. */
  readonly member?: string;
  readonly seed: number;
  /** Channels at once. */
  readonly jobs: number;
  /** Where results are kept as they are finished, given the name that settings and data set have. */
  workFolder(key: string): string;
  /** Whether what is kept there is made anew. */
  readonly isFresh: boolean;
}

/** How far an evaluation is. */
export interface EvaluationProgress {
  readonly channel: string;
  /** Channels finished by now, and all. */
  readonly done: number;
  readonly count: number;
  /** The newest epoch of the channel's fit. */
  readonly training: TrainingProgress | null;
  /** Once the channel is finished. */
  readonly result: ChannelResult | null;
  /** Whether the result was there already. */
  readonly isKept: boolean;
}

/** An evaluation's report, and what it was made of. */
export interface Evaluation {
  readonly report: EvaluationReport;
  readonly results: readonly ChannelResult[];
  readonly workFolder: string;
}

/**
 * Fits and watches every recording of a data set with one preset, by the detector itself, several at once. Each result is kept
 * as it is finished; those that are there are taken, judged anew where the threshold is another.
 *
 * A channel that cannot be fitted is reported as failed, with all of its labels missed.
 *
 * Errors: CUPOLA_DATASET_NOT_FOUND, CUPOLA_DATASET_INVALID, CUPOLA_STREAM_INVALID, CUPOLA_ARCHITECTURE_INVALID,
 * CUPOLA_THRESHOLD_INVALID; CUPOLA_TRAINING_ABORTED where the signal calls it off.
 */
export async function evaluateDataset(
  request: EvaluationRequest,
  onProgress: (progress: EvaluationProgress) => void,
  signal: AbortSignal,
): Promise<Evaluation> {
  const { dataset, dataDir, member, seed, jobs, isFresh } = request;
  const { name: preset, ...settings } = request.preset;
  const { threshold } = fitOptions(settings, seed);
  const subject: EvaluationSubject = { dataset, preset, settings, seed };
  // Scores do not depend on the threshold: those of the same fit are judged by another without a fit.
  const key = evaluationKey({ dataset, settings: { ...settings, threshold: null }, seed });
  const folder = request.workFolder(key);
  const work = new WorkFolder(folder, key);
  const names = await datasetMembers({ dataset, dataDir, ...(member !== undefined && { member }) });
  let done = 0;
  const finished = (channel: string, result: ChannelResult, isKept: boolean): ChannelResult => {
    onProgress({ channel, done: ++done, count: names.length, training: null, result, isKept });
    return result;
  };
  const kept = new Map<string, ChannelResult>();
  for (const name of isFresh ? [] : names) {
    const result = await work.read(name);
    // What failed may have failed by chance, and is soon tried again.
    if (!result || result.entry.failure) continue;
    const isSame = isSameSetting(result.threshold, threshold);
    kept.set(name, finished(name, isSame ? result : withThreshold(result, threshold), true));
  }
  const evaluate = async (name: string, ports: FitPorts): Promise<void> => {
    if (signal.aborted) throw new CupolaError('CUPOLA_TRAINING_ABORTED', 'the evaluation was called off');
    const { windowRows, strideRows, hidesContext } = settings;
    const options = { windowRows, strideRows, hidesContext };
    const [recorded] = await openDataset({ dataset, dataDir, member: name, options });
    const onEpoch = (training: TrainingProgress): void =>
      onProgress({ channel: name, done, count: names.length, training, result: null, isKept: false });
    const result = await evaluateChannel(recorded!, settings, seed, ports, onEpoch, signal);
    await work.write(name, result);
    kept.set(name, finished(name, result, false));
  };
  const missing = names.filter((name) => !kept.has(name));
  await inLanes(missing, jobs, openFitPorts, closeFitPorts, evaluate);
  const results = names.map((name) => kept.get(name)!);
  return { report: evaluationReport(subject, results), results, workFolder: folder };
}
