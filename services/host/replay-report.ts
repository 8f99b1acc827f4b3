import { locatedSpan, type AnomalyEvent } from '../../pipelines/alarms/anomaly-event.ts';
import { outsideGaps, sharedGaps, type ChannelGap } from '../../pipelines/evaluation/channel-gap.ts';
import { countedTimesMs, type DatasetMember } from '../../pipelines/evaluation/datasets/recording.ts';
import type { RowRange } from '../../pipelines/evaluation/datasets/row-range.ts';
import { guardedSequences } from '../../pipelines/evaluation/metrics/guarded-sequences.ts';
import type { SequenceFigures } from '../../pipelines/evaluation/metrics/sequence-figures.ts';
import { predictedRows } from '../../pipelines/evaluation/predicted-rows.ts';
import type { WatchedRecording } from '../../pipelines/evaluation/watch-recording.ts';
import type { GoverningModel } from '../../pipelines/scoring/governing-model.ts';
import { thresholdLevel } from '../../pipelines/thresholds/threshold-levels.ts';
import type { ThresholdSetting } from '../../pipelines/thresholds/threshold-setting.ts';

/** What a replay of a data set came to. */
export interface ReplayReport {
  readonly dataset: string;
  readonly seed: number;
  /** What a reader of the figures has to know. */
  readonly notes: readonly string[];
  readonly channels: readonly ChannelReport[];
  /** Over all channels; null for a data set without labels. */
  readonly sequences: SequenceFigures | null;
  /** Every silence of a channel that was longer than its staleAfterMs, by channel and time. */
  readonly gaps: readonly GapReport[];
  /** Cut where the whole stream was silent: a value that is carried into a gap is no evidence of what was there. */
  readonly anomalies: readonly AnomalyReport[];
  readonly seconds: number;
}

/** One channel, machine or series of the data set. */
export interface ChannelReport {
  readonly channel: string;
  /** Rows of the test part; of the whole recording where the data set has none. The ranges below index into them. */
  readonly rows: number;
  readonly predicted: readonly RowRange[];
  readonly labelled: readonly RowRange[];
  /** Windows scored, and windows of which too much was missing. */
  readonly windows: number;
  readonly gapWindows: number;
  /** Anomalies of which nothing is left in the report, since all of their time lies in gaps. */
  readonly anomaliesInGaps: number;
  /** Items of the recording that could not become samples. */
  readonly rejected: number;
  /** The model that was fitted; null where none was, with the reason in `failure` unless the recording was too short. */
  readonly model: ModelReport | null;
  readonly failure: { readonly code: string; readonly message: string } | null;
  readonly seconds: number;
}

/** How a model came about. */
export interface ModelReport {
  readonly modelVersion: string;
  readonly trainedOn: TimeSpan & { readonly windows: number };
  readonly holdout: TimeSpan & { readonly windows: number };
  /** Median reconstructionError of the holdout: the unit of the scores. */
  readonly holdoutMedianError: number;
  readonly epochs: number;
  readonly bestEpoch: number;
  /** The policy and the anomalyScore that it comes to. */
  readonly threshold: ThresholdSetting & { readonly level: number };
}

/** Half-open. */
export interface TimeSpan {
  readonly startMs: number;
  readonly endMs: number;
  /** The same, for people: ISO 8601. */
  readonly start: string;
  readonly end: string;
}

/** A channel that was silent: from its last sample before to its first after. */
export interface GapReport extends TimeSpan {
  /** The channel's own id. */
  readonly channel: string;
}

export interface AnomalyReport extends TimeSpan {
  /** As in `channels`. */
  readonly channel: string;
  readonly modelVersion: string;
  readonly peakScore: number;
  readonly threshold: number;
  /** The scored channels with the greatest shares, at most three. */
  readonly contributions: AnomalyEvent['contributions'];
}

/** A recording that was watched. */
export interface ReplayedMember {
  readonly member: DatasetMember;
  readonly watched: WatchedRecording;
  readonly rejected: number;
  readonly seconds: number;
}

const causal = 'Windows are causal: a row is judged by the window that ends with its stride.';
const apart =
  'The parts were recorded apart, so no window holds rows of both: the test part is judged from its first whole window on.';
const trained =
  'Scaler, weights and threshold come from the training part alone; its newest windows are the holdout. The same ' +
  'settings hold for every channel.';
const untrained =
  'There is no training part. robust-limits watches after its warm-up, and the model, where one was fitted, from the end of ' +
  'its holdout on. Rows index into the whole recording.';

/** Puts the report of a replay together. */
export function replayReport(
  dataset: string,
  seed: number,
  members: readonly ReplayedMember[],
  seconds: number,
): ReplayReport {
  const channels = members.map(channelReport);
  const isSplit = members.some(({ member }) => member.timeline !== null);
  const isLabelled = isSplit || members.some(({ member }) => member.labelled.length > 0);
  return {
    dataset,
    seed,
    notes: isSplit ? [causal, apart, trained] : [causal, untrained],
    channels,
    sequences: isLabelled ? guardedSequences(channels) : null,
    gaps: members.flatMap(({ watched }) => watched.gaps.map(gapReport)),
    anomalies: members.flatMap(anomaliesSeen),
    seconds,
  };
}

/** What came of one channel. */
export function channelReport({ member, watched, rejected, seconds }: ReplayedMember): ChannelReport {
  const { model, failure, windows, gapWindows } = watched;
  return {
    channel: member.name,
    rows: member.timeline?.testRows ?? member.recording.timeMs.length,
    predicted: predictedRows(countedTimesMs(member), watched.anomalies),
    labelled: member.labelled,
    windows,
    gapWindows,
    anomaliesInGaps: watched.anomalies.filter((one) => piecesSeen(member, watched, one).length === 0).length,
    rejected,
    model: model && modelReport(model),
    failure: failure && { code: failure.code, message: failure.message },
    seconds,
  };
}

function modelReport({ version, bundle: { manifest } }: GoverningModel): ModelReport {
  const { training, holdout, holdoutMedianError, threshold, fit } = manifest;
  return {
    modelVersion: version,
    trainedOn: { ...timeSpan(training.fromMs, training.toMs), windows: training.windows },
    holdout: { ...timeSpan(holdout.fromMs, holdout.toMs), windows: holdout.windows },
    holdoutMedianError,
    epochs: fit.epochs.length,
    bestEpoch: fit.bestEpoch,
    threshold: { ...threshold, level: thresholdLevel(threshold, manifest) },
  };
}

function gapReport({ channelId, startMs, endMs }: ChannelGap): GapReport {
  return { channel: channelId, ...timeSpan(startMs, endMs) };
}

function anomaliesSeen({ member, watched }: ReplayedMember): AnomalyReport[] {
  return watched.anomalies.flatMap((one) => piecesSeen(member, watched, one)).map((one) => anomalyReport(member, one));
}

/** What is left of an anomaly, as it is located, outside of the gaps that all scored channels share. */
function piecesSeen({ recording }: DatasetMember, { gaps }: WatchedRecording, anomaly: AnomalyEvent): AnomalyEvent[] {
  const scored = recording.definition.channels.filter(({ role }) => role === 'scored').length;
  const { fromMs: startMs, toMs: endMs } = locatedSpan(anomaly);
  return outsideGaps({ ...anomaly, startMs, endMs }, sharedGaps(gaps, scored));
}

function anomalyReport({ name }: DatasetMember, anomaly: AnomalyEvent): AnomalyReport {
  const { startMs, endMs, modelVersion, peakScore, threshold, contributions } = anomaly;
  return {
    channel: name,
    ...timeSpan(startMs, endMs),
    modelVersion,
    peakScore,
    threshold,
    contributions: contributions.slice(0, 3),
  };
}

function timeSpan(startMs: number, endMs: number): TimeSpan {
  return { startMs, endMs, start: new Date(startMs).toISOString(), end: new Date(endMs).toISOString() };
}
