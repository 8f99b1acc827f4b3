import { CupolaError } from '../../../pipelines/errors.ts';
import { decodeEcg5000, type Heartbeats } from '../../../pipelines/evaluation/datasets/ecg5000.ts';
import {
  classificationFigures,
  type ClassificationFigures,
} from '../../../pipelines/evaluation/metrics/classification.ts';
import { stratifiedFolds } from '../../../pipelines/evaluation/metrics/stratified-folds.ts';
import type { EvaluationPreset, NamedPreset } from '../../../pipelines/evaluation/presets.ts';
import { SeededRandom } from '../../../pipelines/random.ts';
import type { FitPorts } from '../../../pipelines/training/fit-bundle.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import { closeFitPorts, openFitPorts } from '../fit-ports.ts';
import { fitOptions } from './evaluation-plan.ts';
import { HeartbeatDetector } from './heartbeat-detector.ts';
import { inLanes } from './in-lanes.ts';
import { readHeartbeats } from './read-heartbeats.ts';
import { evaluationKey, WorkFolder } from './work-folder.ts';

/** What to evaluate on the heartbeats, and how. */
export interface HeartbeatRequest {
  readonly dataDir: string;
  readonly preset: NamedPreset;
  /** null for that of the preset. */
  readonly architectures: readonly string[] | null;
  readonly jobs: number;
  workFolder(key: string): string;
  readonly isFresh: boolean;
}

/** Means over folds and seeds. Abnormal heartbeats are the positive ones, but in `normalPrecision` and `normalRecall`. */
export interface HeartbeatFigures {
  readonly name: string;
  readonly accuracy: number;
  /** null where no fold has one. */
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
  readonly normalPrecision: number | null;
  readonly normalRecall: number | null;
  /** Of all fits; null for controls. */
  readonly seconds: number | null;
}

export interface HeartbeatReport {
  readonly dataset: 'ecg5000';
  readonly preset: string;
  readonly settings: EvaluationPreset;
  readonly seeds: readonly number[];
  readonly folds: number;
  readonly notes: readonly string[];
  readonly members: readonly HeartbeatFigures[];
  readonly controls: readonly HeartbeatFigures[];
}

export interface HeartbeatProgress {
  readonly architecture: string;
  readonly seed: number;
  readonly done: number;
  readonly count: number;
}

/** One architecture under one seed: how each fold was classified. */
interface SeedResult {
  readonly folds: readonly FoldFigures[];
  readonly seconds: number;
}

interface FoldFigures {
  readonly abnormal: ClassificationFigures;
  readonly normal: ClassificationFigures;
}

interface Task {
  readonly architecture: string;
  readonly seed: number;
}

const seeds = [1, 2, 3, 4, 5];
const folds = 5;

const notes = [
  'Stratified 5-fold, seeds 1 to 5; means over all 25 folds. Fitted on the normal heartbeats of the other folds; the threshold comes from their errors alone.',
  'P, R and F1 take abnormal heartbeats for positive; the textbook’s figures take the normal ones (P normal, R normal).',
];

/**
 * The textbook experiment: heartbeats are windows by themselves, so that there is no stream to watch; scaler, architecture,
 * calibration and threshold policy are those of the detector.
 *
 * Errors: CUPOLA_DATASET_NOT_FOUND, CUPOLA_DATASET_INVALID, CUPOLA_ARCHITECTURE_INVALID, CUPOLA_THRESHOLD_INVALID,
 * CUPOLA_TRAINING_ABORTED where the signal calls it off.
 */
export async function evaluateHeartbeats(
  request: HeartbeatRequest,
  onProgress: (progress: HeartbeatProgress) => void,
  signal: AbortSignal,
): Promise<HeartbeatReport> {
  const { name: preset, ...settings } = request.preset;
  const architectures = request.architectures ?? [settings.architecture.name];
  for (const name of architectures) fitOptions(settingsFor(settings, name), 1);
  const beats = decodeEcg5000(...(await readHeartbeats(request.dataDir)));
  const tasks = architectures.flatMap((architecture) => seeds.map((seed): Task => ({ architecture, seed })));
  const key = evaluationKey({ dataset: 'ecg5000', settings });
  const work = new WorkFolder(request.workFolder(key), key);
  let done = 0;
  const evaluate = async ({ architecture, seed }: Task, ports: FitPorts): Promise<SeedResult> => {
    if (signal.aborted) throw new CupolaError('CUPOLA_TRAINING_ABORTED', 'the evaluation was called off');
    const name = `${architecture} ${seed}`;
    const kept = request.isFresh ? null : await work.read<SeedResult>(name);
    const result = kept ?? (await evaluateSeed(beats, settingsFor(settings, architecture), seed, ports, signal));
    if (!kept) await work.write(name, result);
    onProgress({ architecture, seed, done: ++done, count: tasks.length });
    return result;
  };
  const results = await inLanes(tasks, request.jobs, openFitPorts, closeFitPorts, evaluate);
  const members = architectures.map((name) => {
    const own = results.filter((_, index) => tasks[index]!.architecture === name);
    const seconds = own.reduce((sum, one) => sum + one.seconds, 0);
    return figuresOf(
      name,
      own.flatMap((one) => one.folds),
      seconds,
    );
  });
  return { dataset: 'ecg5000', preset, settings, seeds, folds, notes, members, controls: controlFigures(beats) };
}

/** Settings of another architecture than the preset's are its defaults. */
function settingsFor(settings: EvaluationPreset, name: string): EvaluationPreset {
  return name === settings.architecture.name ? settings : { ...settings, architecture: { name, settings: {} } };
}

async function evaluateSeed(
  beats: Heartbeats,
  settings: EvaluationPreset,
  seed: number,
  ports: FitPorts,
  signal: AbortSignal,
): Promise<SeedResult> {
  const startedMs = systemClock.nowMs();
  const foldOf = stratifiedFolds(beats.classes, folds, seed);
  const results: FoldFigures[] = [];
  for (let fold = 0; fold < folds; fold++) {
    const normal = beatsWhere(beats, (beat) => foldOf[beat] !== fold && beats.classes[beat] === 1);
    const tested = beatsWhere(beats, (beat) => foldOf[beat] === fold);
    const detector = await HeartbeatDetector.fit(beats, normal, settings, seed, ports, signal);
    const predicted = await detector.abnormal(beats, tested);
    await detector.close();
    results.push(foldFigures(predicted, tested, beats));
  }
  return { folds: results, seconds: (systemClock.nowMs() - startedMs) / 1000 };
}

function beatsWhere({ rows }: Heartbeats, matches: (beat: number) => boolean): number[] {
  return Array.from({ length: rows }, (_, beat) => beat).filter(matches);
}

function foldFigures(predicted: Uint8Array, tested: readonly number[], { classes }: Heartbeats): FoldFigures {
  const labelled = Uint8Array.from(tested, (beat) => (classes[beat] === 1 ? 0 : 1));
  return {
    abnormal: classificationFigures(predicted, labelled),
    normal: classificationFigures(inverse(predicted), inverse(labelled)),
  };
}

function inverse(flags: Uint8Array): Uint8Array {
  return flags.map((flag) => 1 - flag);
}

function figuresOf(name: string, all: readonly FoldFigures[], seconds: number | null): HeartbeatFigures {
  const mean = (of: (fold: FoldFigures) => number | null): number | null => {
    const values = all.map(of).filter((value) => value !== null);
    return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  return {
    name,
    accuracy: mean(({ abnormal }) => abnormal.accuracy)!,
    precision: mean(({ abnormal }) => abnormal.precision),
    recall: mean(({ abnormal }) => abnormal.recall),
    f1: mean(({ abnormal }) => abnormal.f1),
    normalPrecision: mean(({ normal }) => normal.precision),
    normalRecall: mean(({ normal }) => normal.recall),
    seconds,
  };
}

/** What is had without looking at a heartbeat, on the same folds. */
function controlFigures(beats: Heartbeats): HeartbeatFigures[] {
  const coins = SeededRandom.for(1, 'heartbeat control');
  const every: [string, () => number][] = [
    ['always-normal', () => 0],
    ['always-abnormal', () => 1],
    ['random', () => (coins.uniform() < 0.5 ? 1 : 0)],
  ];
  return every.map(([name, guess]) => {
    const all = seeds.flatMap((seed) => {
      const foldOf = stratifiedFolds(beats.classes, folds, seed);
      return Array.from({ length: folds }, (_, fold) => {
        const tested = beatsWhere(beats, (beat) => foldOf[beat] === fold);
        return foldFigures(Uint8Array.from(tested, guess), tested, beats);
      });
    });
    return figuresOf(name, all, null);
  });
}
