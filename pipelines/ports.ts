/**
 * What the pipelines and services need of the outside. Each port has a conformance suite in test/conformance that every
 * adapter passes unchanged.
 */
import type { AnomalyEvent } from './alarms/anomaly-event.ts';
import type { ArchitectureDescription, WindowShape } from './autoencoders/architecture.ts';
import type { Bundle } from './autoencoders/bundle.ts';
import type { ScoreEvent } from './scoring/score-event.ts';
import type { SampleBatch } from './telemetry/sample-batch.ts';
import type { StreamDefinition } from './telemetry/stream-definition.ts';
import type { ThresholdStep } from './thresholds/threshold-levels.ts';
import type { TopicSpec } from './topics.ts';

/** Wall-clock time, for sources and consoles; no stage of the pipeline has one (law 1). */
export interface Clock {
  nowMs(): number;
  /** Resolves after `durationMs`, or at once when the signal aborts (it does not reject). */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}

// ---------------------------------------------------------------------------------------------------------------- Log

export interface LogRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  /** null is a tombstone: on a compacted topic it deletes the key. */
  readonly value: Uint8Array | null;
  readonly headers: Readonly<Record<string, string>>;
  /** The producer's, ms since the epoch; retention goes by it. */
  readonly timestampMs: number;
}

export interface OutgoingRecord {
  readonly topic: string;
  /** By default the key's own: the same for every topic with as many partitions. */
  readonly partition?: number;
  readonly key: string | null;
  readonly value: Uint8Array | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timestampMs: number;
}

export interface ReadRequest {
  readonly topic: string;
  readonly partition: number;
  readonly fromOffset: number;
  readonly maxRecords?: number;
  /** How long to wait for the first record where there is none; 0 by default. */
  readonly waitMs?: number;
  /** Ends the wait: the read then resolves with no records. */
  readonly signal?: AbortSignal;
}

export interface ReadResult {
  readonly records: readonly LogRecord[];
  /** Where to read on. It can lie beyond the last record's offset + 1: compare positions, never messages seen. */
  readonly nextOffset: number;
}

/** What one transaction makes visible, all of it or nothing. */
export interface LogTransaction {
  readonly records: readonly OutgoingRecord[];
  /** The input position up to which these records are the output, by input topic. */
  readonly offsets?: Readonly<Record<string, number>>;
}

/**
 * A transactional writer with an identity. Opening one with the same identity fences the older: its next commit throws
 * CUPOLA_WRITER_FENCED.
 */
export interface LogWriter {
  /** Commits in call order; resolves when durable and visible. */
  commit(transaction: LogTransaction): Promise<void>;
  close(): Promise<void>;
}

/** One partition of a group's topic, owned by this member until `revoked` aborts. */
export interface Assignment extends LogWriter {
  readonly partition: number;
  readonly revoked: AbortSignal;
  /** The group's committed position in this partition of a topic; null where it has none. */
  committedOffset(topic: string): Promise<number | null>;
}

/** Membership of a consumer group. */
export interface GroupMembership {
  /** The partitions owned now. */
  partitions(): readonly number[];
  /** Rejects when a partition's `run` failed for a reason other than revocation or fencing; resolves after leave(). */
  readonly finished: Promise<void>;
  /** Revokes every partition, waits for each `run` to return, and leaves. */
  leave(): Promise<void>;
}

/** How a group stands in one partition of a topic. */
export interface GroupPosition {
  readonly partition: number;
  /** Committed; null where nothing is. */
  readonly offset: number | null;
  /** Positions from there, or from the partition's start, to its end. Not all of them need hold a record. */
  readonly lag: number;
  /** The process that works on it; null where none does. */
  readonly member: string | null;
}

export interface GroupRequest {
  readonly group: string;
  /** The topic whose partitions are shared out among the group's members. */
  readonly topic: string;
  /** Called once a partition is assigned; must return soon after `assignment.revoked` aborts. */
  run(assignment: Assignment): Promise<void>;
}

/**
 * An ordered, partitioned, durable log. Readers see committed records only.
 *
 * Errors: CUPOLA_TOPIC_UNKNOWN where a topic was never ensured, CUPOLA_LOG_REQUEST_INVALID (a partition, key, time or
 * offset that cannot be), CUPOLA_WRITER_FENCED, CUPOLA_LOG_CLOSED.
 */
export interface Log {
  /** Creates what is missing; `keyed` topics share one partition count. Never changes a topic that exists. */
  ensureTopics(specs: readonly TopicSpec[]): Promise<void>;
  partitions(topic: string): Promise<number>;
  /** The partition of a key: the same for every topic with as many partitions. */
  partitionOf(topic: string, key: string): Promise<number>;
  /** First offset kept, and the position after the last committed record. */
  range(topic: string, partition: number): Promise<{ readonly start: number; readonly end: number }>;
  /** An offset below the first kept reads from the first kept. */
  read(request: ReadRequest): Promise<ReadResult>;
  /** Appends atomically, with no identity and no fencing; for commands and other writers that need no exactly-once. */
  append(records: readonly OutgoingRecord[]): Promise<void>;
  writer(identity: string): Promise<LogWriter>;
  join(request: GroupRequest): Promise<GroupMembership>;
  /** How a group stands in a topic, seen from outside; ascending by partition. */
  groupPositions(group: string, topic: string): Promise<readonly GroupPosition[]>;
  /** Applies retention and compaction as of `nowMs`. Never removes what it must keep; may keep more. */
  maintain(nowMs: number): Promise<void>;
  /** At once: revokes what runs here without waiting for it. To end in order, leave groups first. */
  close(): Promise<void>;
}

// ------------------------------------------------------------------------------------------------------------ History

/** What the recorder writes at once: atomically, and at most once for a position. */
export interface HistoryBatch {
  /** The batch is everything up to nextOffset of this partition; a batch at or before a stored position is ignored. */
  readonly position: { readonly topic: string; readonly partition: number; readonly nextOffset: number };
  /** What names the channels of samples and scores; they may come later than those, and until then `series` is empty. */
  readonly definitions: readonly StreamDefinition[];
  readonly samples: readonly SampleBatch[];
  readonly scores: readonly ScoreEvent[];
  readonly anomalies: readonly AnomalyEvent[];
  /**
   * For those who read the storage by themselves; this port gives none back, since the log keeps settings for ever. A step of
   * the same stream and time replaces the one before.
   */
  readonly thresholds?: readonly ThresholdStep[];
}

/** Min-max decimated points: columns of equal length. Where nothing was decimated min equals max. */
export interface HistorySeries {
  readonly timeMs: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
}

export interface TimeRange {
  /** Half-open: [fromMs, toMs). */
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * What was: samples, reconstructions, scores and events by time range.
 *
 * Samples are exact: the last value wins where (channel, eventTime) was written twice.
 */
export interface HistoryStore {
  write(batch: HistoryBatch): Promise<void>;
  /** Where to read on in a recorded topic; null where nothing of it was written. */
  position(topic: string, partition: number): Promise<number | null>;
  /** From the first to just after the last sample of a stream; null where it has none. */
  extent(stream: string): Promise<TimeRange | null>;
  /** Raw samples of a stream definition's version, ascending by event time; undecimated. */
  samples(stream: string, definitionVersion: number, range: TimeRange): Promise<SampleBatch>;
  /** Telemetry or reconstruction of one channel, at most 2 x maxPoints numbers, in ascending time. */
  series(
    kind: 'telemetry' | 'reconstruction',
    stream: string,
    channelId: string,
    range: TimeRange,
    maxPoints: number,
  ): Promise<HistorySeries>;
  /** anomalyScore at window ends, decimated likewise. */
  scoreSeries(stream: string, range: TimeRange, maxPoints: number): Promise<HistorySeries>;
  /** Score events whose window (or instant) meets the range, ascending, newest `limit` kept. Watermarks are not stored. */
  scoreEvents(stream: string, range: TimeRange, limit: number): Promise<readonly ScoreEvent[]>;
  /** The newest state of each anomaly that meets the range, ascending by start; of all streams where `stream` is null. */
  anomalies(stream: string | null, range: TimeRange, limit: number): Promise<readonly AnomalyEvent[]>;
  /** Deletes what is wholly before `beforeMs`; returns after it is gone. */
  forget(beforeMs: number): Promise<void>;
  close(): Promise<void>;
}

// ------------------------------------------------------------------------------------------------------------ Metrics

/** How far a service is behind in a partition of a topic that it reads. */
export interface PartitionLag {
  readonly service: string;
  readonly topic: string;
  readonly partition: number;
  /** Positions to the partition's end; not all of them need hold a record. */
  readonly lag: number;
  /** The process that works on it; null where none does. */
  readonly member: string | null;
}

/** How far a stream's watermark is behind the newest of its telemetry that came in. */
export interface WatermarkDelay {
  readonly stream: string;
  readonly delayMs: number;
}

/** How the pipeline stands at a wall-clock time. */
export interface PipelineMetrics {
  readonly atMs: number;
  readonly lags: readonly PartitionLag[];
  readonly watermarks: readonly WatermarkDelay[];
}

// ------------------------------------------------------------------------------------------------------------ Bundles

export interface BundleSummary {
  readonly version: string;
  readonly stream: string;
  readonly definitionVersion: number;
  readonly architecture: string;
  readonly createdAtMs: number;
  readonly holdoutMedianError: number;
}

/** Models by version, and content-addressed cases. Writes are atomic: a reader sees a whole bundle or none. */
export interface BundleStore {
  /** Stores a bundle under its own version and returns it; storing it again changes nothing. */
  put(bundle: Bundle): Promise<string>;
  /** Errors: CUPOLA_MODEL_UNKNOWN, CUPOLA_BUNDLE_CORRUPT (checksum or schema). */
  get(version: string): Promise<Bundle>;
  /** Ascending by creation. */
  list(stream?: string): Promise<readonly BundleSummary[]>;
  /** Stores bytes under their SHA-256 (hex) and returns it. */
  putCase(bytes: Uint8Array): Promise<string>;
  getCase(hash: string): Promise<Uint8Array>;
}

// ------------------------------------------------------------------------------------------------------------ Scoring

/** Windows ready for a model: scaled features and what of them was seen. */
export interface FeatureWindows {
  readonly count: number;
  /** count x rows x features, row-major, scaled; missing cells hold 0. */
  readonly features: Float32Array;
  /** count x rows x scoredFeatures: 1 where the cell counts towards the error, 0 where it is missing. */
  readonly weight: Uint8Array;
}

/** What a model says of windows. Bit-equal for a window whatever batch it stands in, on one runtime. */
export interface ScoredWindows {
  /**
   * count x scored features: mean squared residual of each column over its counted cells (0 where none counts), or what else
   * the bundle's scoring rule makes of residuals.
   */
  readonly featureErrors: Float32Array;
  /**
   * The same of each of a window's whole strides: count x strides x scored features, oldest stride first; NaN where none of a
   * column's cells in a stride counts.
   */
  readonly strideErrors: Float32Array;
  /**
   * count x rows: what reconstructionError would be were the window that row alone, as the bundle weighs channels; NaN where
   * nothing in it counts. Empty where a stride is one row.
   */
  readonly rowErrors: Float32Array;
  /** count x code; empty where the model has none. */
  readonly latent: Float32Array;
  /** count x strideRows x scoredFeatures, scaled units: the newest stride. */
  readonly reconstruction: Float32Array;
}

export interface ScoringRuntime {
  readonly name: string;
  /** Makes a model ready; calling it again changes nothing. */
  load(version: string, bundle: Bundle): Promise<void>;
  /** Scores windows under a loaded model. Takes ownership of the arrays: they may be transferred and become empty. */
  score(version: string, windows: FeatureWindows): Promise<ScoredWindows>;
  unload(version: string): Promise<void>;
  close(): Promise<void>;
}

// ----------------------------------------------------------------------------------------------------------- Training

export interface TrainingRequest {
  readonly architecture: ArchitectureDescription;
  readonly shape: WindowShape;
  readonly training: FeatureWindows;
  /** Later in time than every training window and overlapping none. */
  readonly holdout: FeatureWindows;
  readonly seed: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly maxEpochs: number;
  /** Epochs in which the holdout loss fell by less than a hundredth, after which it stops; the best epoch's weights are kept. */
  readonly patience: number;
  /** Stops, keeping the best so far, when the fit has taken this long; none by default. */
  readonly maxSeconds?: number;
  /** Weights to start from in place of chance, as an exported model of the same architecture and sizes. */
  readonly startFrom?: Uint8Array;
}

export interface TrainingProgress {
  readonly epoch: number;
  readonly maxEpochs: number;
  readonly trainingLoss: number;
  readonly holdoutLoss: number;
}

export interface TrainingResult {
  readonly onnx: Uint8Array;
  readonly epochs: readonly { readonly trainingLoss: number; readonly holdoutLoss: number }[];
  readonly bestEpoch: number;
  readonly backend: string;
}

/** Fits models. Deterministic from the seed on one backend, unless maxSeconds cut it short. */
export interface TrainingBackend {
  readonly name: string;
  fit(
    request: TrainingRequest,
    onProgress: (progress: TrainingProgress) => void,
    signal?: AbortSignal,
  ): Promise<TrainingResult>;
  close(): Promise<void>;
}
