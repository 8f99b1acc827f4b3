import type { CupolaError } from '../../pipelines/errors.ts';
import type {
  BundleStore,
  Clock,
  HistoryStore,
  Log,
  ScoringRuntime,
  TrainingBackend,
  TrainingProgress,
} from '../../pipelines/ports.ts';
import type { FitTrigger } from '../../pipelines/fit-decision.ts';
import type { ContaminationGuard } from '../../pipelines/training/contamination.ts';
import type { FitOptions } from '../../pipelines/training/fit-bundle.ts';
import type { SuspicionBound } from '../../pipelines/training/suspicion.ts';
import type { TrainingSchedule } from './schedule.ts';

/** What the trainer needs of the outside. */
export interface TrainerPorts {
  readonly log: Log;
  readonly history: HistoryStore;
  readonly bundles: BundleStore;
  readonly backend: TrainingBackend;
  readonly runtime: ScoringRuntime;
  readonly clock: Clock;
}

/** What may differ from stream to stream. */
export interface StreamTraining {
  readonly enabled?: boolean | undefined;
  readonly firstFitAfterMs?: number | undefined;
  readonly refitEveryMs?: number | null | undefined;
  readonly maxSeconds?: number | undefined;
}

export interface TrainerOptions extends TrainingSchedule, SuspicionBound {
  readonly fit: FitOptions;
  /** What a stream's first fit starts from: chance, or the newest model of the same architecture and shape, of any stream. */
  readonly startFrom?: 'chance' | 'same-shape';
  /** What of it is otherwise for some streams. */
  readonly streams: Readonly<Record<string, StreamTraining>>;
  /** Newest telemetry that a fit looks at. */
  readonly maxHistoryMs: number;
  /** Stride of training windows, in grid cells. */
  readonly strideCells: number;
  /** Share of the normal windows, the chronological end, that is held out. */
  readonly holdoutShare: number;
  /** What is taken for contamination; null has all telemetry teach that is not known to be abnormal. */
  readonly guard: ContaminationGuard | null;
  /** Whether telemetry that no trained model knows is screened for it. */
  readonly screenFirstFit: boolean;
  /** Whether drift makes a stream due. */
  readonly refitOnDrift: boolean;
  /** Whether the telemetry of every fit is kept as a case. */
  readonly keepFitCases: boolean;
  /** Share of wall time that fits may take, 0 to 1: after one, the next waits. */
  readonly maxBusyShare: number;
  /** How often it looks for streams that are due, wall time. */
  readonly checkEveryMs: number;
  onFit(report: FitReport): void;
}

/** How a fit went, for logs and progress. */
export interface FitReport {
  readonly stream: string;
  /** null where it came to nothing. */
  readonly modelVersion: string | null;
  /** Why the model must not govern; null where it may. */
  readonly declinedBecause: string | null;
  readonly trigger: FitTrigger;
  readonly seconds: number;
  readonly progress: TrainingProgress | null;
  /** Why it came to nothing. */
  readonly error: CupolaError | null;
}

/** When a stream is due; null where it is never trained. */
export function scheduleOf({ streams, ...options }: TrainerOptions, stream: string): TrainingSchedule | null {
  const { enabled = true, firstFitAfterMs, refitEveryMs } = streams[stream] ?? {};
  if (!enabled) return null;
  return {
    firstFitAfterMs: firstFitAfterMs ?? options.firstFitAfterMs,
    refitEveryMs: refitEveryMs === undefined ? options.refitEveryMs : refitEveryMs,
  };
}

/** How a stream is fitted. */
export function fitOptionsOf({ streams, fit }: TrainerOptions, stream: string): FitOptions {
  const { maxSeconds } = streams[stream] ?? {};
  return maxSeconds === undefined ? fit : { ...fit, maxSeconds };
}
