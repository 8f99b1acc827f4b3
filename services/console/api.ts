/**
 * What the console service and its page say to each other: types only, so that the page may import them.
 *
 * Times are event times in ms since the epoch unless a name says otherwise. `null` stands where there is no value.
 */
import type { CodedWindow, LatentCodes } from '../../pipelines/alarms/latent-codes.ts';
import type { Likeness } from '../../pipelines/alarms/likeness.ts';
import type { ChannelDefinition } from '../../pipelines/telemetry/channel.ts';
import type { BundleManifest } from '../../pipelines/autoencoders/bundle.ts';
import type { Command, Judgement, Verdict } from '../../pipelines/commands.ts';
import type { FaultRequest, PossibleFault } from '../../pipelines/fault-request.ts';
import type { DriftReport, FitDecision, Suspicion } from '../../pipelines/fit-decision.ts';
import type { BundleSummary } from '../../pipelines/ports.ts';
import type { ThresholdStep as GoverningThreshold } from '../../pipelines/thresholds/threshold-levels.ts';
import type { PolicyParameter } from '../../pipelines/thresholds/threshold-policy.ts';
import type { ThresholdSetting } from '../../pipelines/thresholds/threshold-setting.ts';
import type { FaultTruth } from '../../pipelines/truth.ts';

/**
 * What a stream is doing, worst first: `anomalous`, an anomaly is open; `gap`, its newest windows could not be scored;
 * `stale`, some scored channels are silent; `unmodelled`, nothing was ever said about it; `warming-up`; `normal`.
 */
export type StreamState = 'unmodelled' | 'warming-up' | 'normal' | 'anomalous' | 'stale' | 'gap';

/** One score: at the end of its window. */
export interface ScorePoint {
  readonly windowEndMs: number;
  readonly anomalyScore: number;
}

/** Which threshold governs from `fromMs` on. A new one begins where the setting or the model changes. */
export interface ThresholdStep extends GoverningThreshold {
  /** Where the score of its first window is drawn: the start of that window's newest stride. */
  readonly drawnFromMs: number;
}

/** Which model governs a stream. */
export interface GoverningModel {
  readonly version: string;
  readonly architecture: string;
  readonly effectiveFromMs: number;
  /** False for robust-limits, which watches until a trained model governs. */
  readonly trained: boolean;
  readonly issuedBy: string;
  readonly reason: string;
}

/** A stream as the list shows it. */
export interface StreamSummary {
  readonly stream: string;
  readonly name: string;
  readonly subsystem: string;
  readonly source: string;
  readonly definitionVersion: number;
  readonly scoredChannels: number;
  readonly strideMs: number;
  readonly warmUpMs: number;
  readonly state: StreamState;
  /** While warming up: event time until it is done. */
  readonly remainingMs: number | null;
  readonly watermarkMs: number | null;
  readonly score: ScorePoint | null;
  readonly threshold: ThresholdStep | null;
  readonly model: GoverningModel | null;
  /** Share of scored cells with a value in the newest window; 0 in a gap. */
  readonly observedShare: number | null;
  readonly staleChannelIds: readonly string[];
  readonly openAnomaly: OpenAnomaly | null;
  /** Why the model that governs is suspect: it finds too much abnormal. */
  readonly suspicion: Suspicion | null;
}

export interface OpenAnomaly {
  readonly id: string;
  readonly startMs: number;
  /** Peak score over the threshold in force at the peak. */
  readonly peakRatio: number;
}

/** `GET /api/partitions`: one partition of telemetry, in ascending order. */
export interface PartitionSummary {
  readonly partition: number;
  readonly streams: readonly string[];
  /** The least of its streams'; null where one of them has none yet. */
  readonly watermarkMs: number | null;
  readonly services: readonly PartitionService[];
}

/** How a service stands in a partition. */
export interface PartitionService {
  /** `scorer`, `annunciator` or `recorder`. */
  readonly service: string;
  /** What it has yet to take; on Kafka, the marks between transactions count too. */
  readonly lagRecords: number;
  /** The process that works on it; null where none does. */
  readonly member: string | null;
}

/** A stream with its recent scores, ascending, at most 120. */
export interface StreamSnapshot extends StreamSummary {
  readonly recentScores: readonly ScorePoint[];
}

/** A stream with what was scored since the last message. */
export interface StreamDelta extends StreamSummary {
  readonly newScores: readonly ScorePoint[];
}

/** `GET /api/streams/:stream`. */
export interface StreamDetail extends StreamSnapshot {
  readonly intervalMs: number;
  readonly windowLengthMs: number;
  readonly staleAfterMs: number;
  readonly channels: readonly ChannelDefinition[];
  /** Share of the newest window's error by scored channel, greatest first. */
  readonly contributions: readonly Contribution[];
}

export interface Contribution {
  readonly channelId: string;
  readonly share: number;
}

/** An anomaly as lists show it. */
export interface AnomalySummary {
  readonly id: string;
  readonly stream: string;
  readonly state: 'open' | 'closed';
  readonly startMs: number;
  readonly endMs: number;
  /** Where in this time it is, from the first row that stands out to the last; all of it where none does. */
  readonly located: TimeSpan;
  readonly decidedAtMs: number;
  readonly peakScore: number;
  readonly threshold: number;
  readonly modelVersion: string;
  /** At the peak, greatest first, at most 16. */
  readonly contributions: readonly Contribution[];
  /** Simulation only: injected faults that it touches. */
  readonly faults: readonly FaultTruth[];
  /** The newest about some of its rows. */
  readonly verdict: Verdict | null;
}

/** How far a channel was from what the model expected, at its farthest within an anomaly. */
export interface Deviation extends Contribution {
  readonly name: string;
  readonly unit: string;
  readonly observed: number;
  readonly expected: number;
  readonly atMs: number;
}

/** `GET /api/anomalies/:id`: deviations of the top three contributors; those that history does not hold (yet) are absent. */
export interface AnomalyDetail extends AnomalySummary {
  readonly deviations: readonly Deviation[];
  /** How often ordinary windows score as high as its peak, by the holdout of its model; null where that cannot be told. */
  readonly expected: { readonly perDay: number; readonly isAtMost: boolean } | null;
}

/** An earlier anomaly of the same stream; its summary says what it was judged to be. */
export interface SimilarIncident extends Likeness {
  readonly anomaly: AnomalySummary;
}

/** `GET /api/anomalies/:id/similar[?limit]`: the earlier anomalies of its stream that it is most like. */
export interface SimilarIncidents {
  readonly id: string;
  /** Anomalies that began before it, at most the newest 2000. */
  readonly compared: number;
  /** Those of them whose codes could be compared too: the same model scored them. */
  readonly comparedByCode: number;
  /** The most alike first. */
  readonly incidents: readonly SimilarIncident[];
}

/**
 * `GET /api/models/:version/codes[?fromMs][&toMs][&limit]`: codes of the windows that a model scored, by their ends within the
 * time, the newest `limit` of them.
 */
export interface ModelCodes extends LatentCodes, TimeSpan {}

/**
 * `GET /api/streams/:stream/codes[?fromMs][&toMs][&limit]`: the same for the page, of the model that scored the newest of these
 * windows: where there are more than `limit`, all that are part of an anomaly or judged, and of the others so many, evenly. null
 * before the first score.
 */
export interface StreamCodes {
  readonly map: (TimeSpan & Omit<LatentCodes, 'windows'> & { readonly windows: readonly MappedWindow[] }) | null;
}

export type MappedWindow = Omit<CodedWindow, 'code'>;

/** Lowest and highest value a bin; null where there is none. The page draws the space between. */
export interface BinnedSeries {
  readonly min: readonly (number | null)[];
  readonly max: readonly (number | null)[];
}

/** Bins [fromMs + i x binMs, fromMs + (i + 1) x binMs); fromMs is a multiple of binMs. */
export interface BinGrid {
  readonly fromMs: number;
  readonly binMs: number;
  readonly bins: number;
}

export interface ChannelView {
  readonly channelId: string;
  /** With the last observation carried forward up to staleAfterMs, as the detector sees it. */
  readonly telemetry: BinnedSeries;
  readonly reconstruction: BinnedSeries;
  /** Where it was silent: what the model puts there from what the other channels say. Never scored; null where there is none. */
  readonly imputed: BinnedSeries | null;
}

export interface TimeSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A channel's silence; `toMs` is null while it lasts. */
export interface StaleSpan {
  readonly channelId: string;
  readonly fromMs: number;
  readonly toMs: number | null;
}

/** `GET /api/streams/:stream/view?fromMs&toMs&points|binMs[&channel=a&channel=b]`: everything the middle of the page draws. */
export interface StreamView {
  readonly stream: string;
  readonly definitionVersion: number;
  readonly grid: BinGrid;
  readonly score: BinnedSeries;
  readonly channels: readonly ChannelView[];
  /** Those that govern some of the range, ascending. */
  readonly thresholds: readonly ThresholdStep[];
  readonly anomalies: readonly AnomalySummary[];
  /** Where no window was scored for want of samples. */
  readonly gaps: readonly TimeSpan[];
  readonly stale: readonly StaleSpan[];
  /** Simulation only. */
  readonly faults: readonly FaultTruth[];
}

/** `GET /api/ribbon?fromMs&toMs&cells`: the greatest score over its threshold, a cell, all streams. */
export interface Ribbon {
  readonly grid: BinGrid;
  readonly streams: readonly {
    readonly stream: string;
    /** 1 is at the threshold; null where nothing was scored. */
    readonly ratio: readonly (number | null)[];
  }[];
}

/** `GET /api/models/:version`. */
export interface ModelDetail {
  readonly version: string;
  readonly manifest: BundleManifest;
}

/** `GET /api/models/:version/card`; as a page of its own at `GET /models/:version`. */
export type { ModelCard } from '../../pipelines/training/model-card/model-card.ts';

export type { StreamTelemetry } from './export/stream-telemetry.ts';

/** `GET /api/streams/:stream/export/windows|scores|codes[?fromMs][&toMs][&limit]`. */
export type { ExportKind, ExportTable } from './export/export-table.ts';

/** `GET /api/models[?stream]`. */
export interface ModelList {
  readonly models: readonly BundleSummary[];
  /** Versions that govern a stream now. */
  readonly governing: readonly string[];
}

/** `GET /api/thresholds[?stream]`: what governed when. */
export interface ThresholdHistory {
  readonly thresholds: readonly { readonly stream: string; readonly steps: readonly ThresholdStep[] }[];
}

/** `GET /api/policies`: what a threshold can be set to, with the bounds that the service holds it to. */
export interface PolicyDescription {
  readonly name: string;
  readonly title: string;
  readonly parameters: readonly PolicyParameter[];
}

/**
 * `GET /api/streams/:stream/threshold-outcome?policy&PARAMETER...[&fromMs][&toMs]`: what the stored scores of a time, the
 * newest day by default, would have given under a setting, as the detector finds it. What remembers began as much earlier as
 * it remembers.
 */
export interface ThresholdOutcome extends TimeSpan {
  readonly setting: ThresholdSetting;
  /** Windows a day like those of the newest model's holdout that exceed the level to begin with; null without a holdout. */
  readonly expectedPerDay: number | null;
  /** Windows judged, by their ends within the time, and how many of them violate. */
  readonly windows: number;
  readonly violating: number;
  /** Anomalies that meet the time, ascending. */
  readonly anomalies: readonly PreviewedAnomaly[];
  /** How many anomalies there were in fact. */
  readonly anomaliesNow: number;
  /** The threshold as it would have moved: from each time on, at the newest strides of windows; at most some hundred steps. */
  readonly levels: readonly { readonly drawnFromMs: number; readonly level: number }[];
}

/** An anomaly that there would have been. */
export interface PreviewedAnomaly {
  readonly startMs: number;
  readonly endMs: number;
  readonly decidedAtMs: number;
  readonly state: 'open' | 'closed';
  readonly peakScore: number;
  readonly threshold: number;
}

/** `GET /api/faults[?stream]`: injected faults, newest first; simulation only. */
export interface FaultList {
  /** Those of the schedule once they have begun, those that were asked for once they are taken. */
  readonly faults: readonly FaultTruth[];
}

/** `GET /api/streams/:stream/possible-faults`: what `inject-fault` can ask of it; none where no simulator feeds it. */
export interface PossibleFaultList {
  readonly faults: readonly PossibleFault[];
}

/** `GET /api/decisions[?stream]`: what was decided about models, newest first. */
export interface DecisionList {
  readonly decisions: readonly ModelDecision[];
}

/** What a command decided about a stream's models, with its numbers. */
export interface ModelDecision {
  /** The command's. */
  readonly id: string;
  readonly stream: string;
  readonly what: 'promoted' | 'declined' | 'rolled back to' | 'fit asked for';
  readonly modelVersion: string | null;
  readonly issuedAtMs: number;
  readonly issuedBy: string;
  readonly reason: string;
  /** From when on the model governs; null while it does not. */
  readonly effectiveFromMs: number | null;
  readonly refusedBecause: string | null;
  /** The trainer's numbers, where it decided. */
  readonly decision: FitDecision | null;
  readonly suspicion: Suspicion | null;
  readonly drift: DriftReport | null;
}

/** `GET /api/verdicts[?stream]`: what people made of times, newest first. */
export interface VerdictList {
  readonly verdicts: readonly Verdict[];
}

/** What `POST /api/commands` takes; the service adds the id (where absent) and the time. */
export type CommandRequest = {
  readonly id?: string;
  readonly stream: string;
  readonly issuedBy?: string;
  readonly reason?: string;
  readonly notBeforeMs?: number;
} & (
  | { readonly type: 'set-threshold'; readonly setting: ThresholdSetting }
  | { readonly type: 'promote'; readonly modelVersion: string }
  | {
      readonly type: 'judge';
      readonly judgement: Judgement;
      readonly fromMs: number;
      readonly toMs: number;
      readonly anomalyId?: string;
    }
  | { readonly type: 'train' }
  | { readonly type: 'inject-fault'; readonly fault: FaultRequest }
);

/**
 * A command and what became of it: it is pending until the service that applies it has answered; one to train, until
 * the model that came of it governs; one to inject a fault, until the simulator has taken it.
 */
export interface CommandStatus {
  readonly id: string;
  readonly stream: string;
  readonly type: Command['type'];
  readonly state: 'pending' | 'applied' | 'refused';
  readonly issuedAtMs: number;
  readonly issuedBy: string;
  readonly reason: string;
  readonly setting: ThresholdSetting | null;
  readonly modelVersion: string | null;
  /** The fault as it is injected; null unless one was asked for and taken. */
  readonly injected: FaultTruth | null;
  /** Start of the first window that it governs, or of the fault; null unless applied. */
  readonly effectiveFromMs: number | null;
  /** Null unless refused. */
  readonly refusedBecause: string | null;
}

/** `GET /api/status`. */
export interface ConsoleStatus {
  /** The newest watermark of all streams: how far the detector has come. */
  readonly stationTimeMs: number | null;
  /** Station time passed in a second of the console's own; null before it is known. */
  readonly speed: number | null;
  /** `reading` while the log's past is read, `waiting` before the first telemetry, `lost` after 5 s without any. */
  readonly telemetry: 'reading' | 'waiting' | 'arriving' | 'lost';
  /** By the console's own clock, since something new came; null before anything did. */
  readonly telemetryAgeMs: number | null;
  /** Whether truth records were seen, which only a simulation writes. */
  readonly simulated: boolean;
  readonly faultsInjected: number;
}

/** The first message of `GET /api/live`, and the one after a slow reader has caught up. */
export interface LiveSnapshot {
  readonly status: ConsoleStatus;
  readonly streams: readonly StreamSnapshot[];
  /** The newest, at most 200, newest first. */
  readonly anomalies: readonly AnomalySummary[];
  /** Injected faults that have begun, at most 200, newest first. */
  readonly faults: readonly FaultTruth[];
}

/** What changed since the last message. One without changes comes each second: the heartbeat. */
export interface LiveDelta {
  readonly status: ConsoleStatus;
  readonly streams: readonly StreamDelta[];
  readonly anomalies: readonly AnomalySummary[];
  readonly faults: readonly FaultTruth[];
  readonly commands: readonly CommandStatus[];
}

/** Every refusal has this shape. */
export interface ApiError {
  readonly code: string;
  readonly message: string;
  readonly field: string | null;
  readonly value: unknown;
  readonly bound: string | null;
  readonly remedy: string;
}
