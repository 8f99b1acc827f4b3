/**
 * What the scorer says, in order, for one stream. Score and gap events stand for windows; the rest for channels and time.
 */
export type ScoreEvent = WindowScore | WindowGap | ChannelStale | ChannelResumed | WarmUp | WatermarkMoved;

/** What a window's identity is made of; with `modelVersion` it names a score (law 2). */
export interface WindowIdentity {
  readonly stream: string;
  readonly definitionVersion: number;
  /** Half-open: [windowStartMs, windowEndMs). */
  readonly windowStartMs: number;
  readonly windowEndMs: number;
}

/** A window that was scored. */
export interface WindowScore extends WindowIdentity {
  readonly type: 'score';
  readonly modelVersion: string;
  /** In scaled units squared (unless the scoring rule says else), over the observed cells of scored channels; see reconstruction-error.ts. */
  readonly reconstructionError: number;
  /** reconstructionError over the median error of the model's holdout: 1 is ordinary. */
  readonly anomalyScore: number;
  /**
   * The error of each of the window's whole strides, oldest first, as reconstructionError would be were the window that
   * stride alone; NaN where nothing in it counts. Events of before lack it: it is empty.
   */
  readonly strideErrors: Float32Array;
  /** The same of each of the window's rows, oldest first. Empty where a stride is one row, and in events of before. */
  readonly rowErrors: Float32Array;
  /** Share of reconstructionError by scored channel, in the definition's order; sums to 1 (all zero if the error is 0). */
  readonly contributions: Float32Array;
  /** The latent code; empty for a model without one. */
  readonly latent: Float32Array;
  /** The newest stride's reconstruction in engineering units, rows x scored channels, row-major. */
  readonly reconstruction: Float32Array;
  /** Share of scored cells with no value. */
  readonly missingShare: number;
  /** True where the window had been reported as a gap before: it feeds history and training and opens no alarm. */
  readonly backfill: boolean;
}

/** A run of consecutive windows that could not be scored: too many cells are missing. */
export interface WindowGap {
  readonly type: 'gap';
  readonly stream: string;
  readonly definitionVersion: number;
  /** Start of the first window of the run. */
  readonly firstWindowStartMs: number;
  /** Windows in the run, one stride apart. */
  readonly windows: number;
  /** Of the last window of the run. */
  readonly missingShare: number;
}

/** A channel has said nothing for longer than its staleAfterMs. */
export interface ChannelStale {
  readonly type: 'stale';
  readonly stream: string;
  readonly definitionVersion: number;
  readonly channelId: string;
  /** Event time of its last observation; null if it never had one. */
  readonly lastObservedMs: number | null;
}

/** A stale channel speaks again: the gap is [lastObservedMs, resumedMs). */
export interface ChannelResumed {
  readonly type: 'resumed';
  readonly stream: string;
  readonly definitionVersion: number;
  readonly channelId: string;
  readonly lastObservedMs: number | null;
  readonly resumedMs: number;
}

/** The stream has no model yet: what remains of its warm-up, by event time. */
export interface WarmUp {
  readonly type: 'warm-up';
  readonly stream: string;
  readonly definitionVersion: number;
  readonly windowStartMs: number;
  readonly remainingMs: number;
}

/** Everything before watermarkMs is settled for this stream. */
export interface WatermarkMoved {
  readonly type: 'watermark';
  readonly stream: string;
  readonly definitionVersion: number;
  readonly watermarkMs: number;
}
