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
import type { FitOptions } from '../../pipelines/training/fit-bundle.ts';

/** What the trainer needs of the outside. */
export interface TrainerPorts {
  readonly log: Log;
  readonly history: HistoryStore;
  readonly bundles: BundleStore;
  readonly backend: TrainingBackend;
  readonly runtime: ScoringRuntime;
  readonly clock: Clock;
}

export interface TrainerOptions {
  readonly fit: FitOptions;
  /** Telemetry that a stream must have before its first fit. */
  readonly firstFitAfterMs: number;
  /** Telemetry after which it is fitted again; null for never. */
  readonly refitEveryMs: number | null;
  /** Newest telemetry that a fit looks at. */
  readonly maxHistoryMs: number;
  /** Stride of training windows, in grid cells. */
  readonly strideCells: number;
  /** Share of the normal windows, the chronological end, that is held out. */
  readonly holdoutShare: number;
  /** How often it looks for streams that are due, wall time. */
  readonly checkEveryMs: number;
  onFit(report: FitReport): void;
}

/** How a fit went, for logs and progress. */
export interface FitReport {
  readonly stream: string;
  /** null where it came to nothing. */
  readonly modelVersion: string | null;
  readonly seconds: number;
  readonly progress: TrainingProgress | null;
  /** Why it came to nothing. */
  readonly error: CupolaError | null;
}
