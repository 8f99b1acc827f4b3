import type { AnomalyEvent } from '../alarms/anomaly-event.ts';
import type { ChannelStale } from '../scoring/score-event.ts';
import type { StreamDefinition } from '../telemetry/stream-definition.ts';
import { faultKinds, type FaultKind, type FaultTruth } from '../truth.ts';

/** What became of one injected fault. */
export interface FaultOutcome {
  readonly fault: FaultTruth;
  /** `anomaly`: one started within the fault, in its stream. `stale`: a channel of it fell silent, and it was said so. */
  readonly detectedBy: 'anomaly' | 'stale' | null;
  /** From the fault's start to the event time at which it was detected. */
  readonly delayMs: number | null;
  /** Whether a channel of the fault is among the three that contributed most; null unless detected by an anomaly. */
  readonly topContributor: boolean | null;
}

/** Injected faults against what a detector said. */
export interface FaultAssessment {
  readonly outcomes: readonly FaultOutcome[];
  /** Anomalies that touch no fault, widened by one window length, of their stream or of a stream coupled to it. */
  readonly falseAnomalies: readonly AnomalyEvent[];
  readonly medianDetectionDelayMs: number | null;
}

/**
 * What is assessed: of each anomaly its newest state, but with the `decidedAtMs` of its opening; only anomalies from `fromMs`
 * on count.
 */
export interface FaultEvidence {
  readonly faults: readonly FaultTruth[];
  readonly anomalies: readonly AnomalyEvent[];
  readonly stale: readonly ChannelStale[];
  readonly definitions: ReadonlyMap<string, StreamDefinition>;
  readonly fromMs: number;
}

const topContributors = 3;

/** Kinds whose silence is itself the finding: a sensor that stops sending, or one sent on change that no longer changes. */
const silentKinds: ReadonlySet<FaultKind> = new Set<FaultKind>(['dropout', 'stuck']);

/** Holds what a detector said against the truth. */
export function assessFaults(evidence: FaultEvidence): FaultAssessment {
  const outcomes = evidence.faults.map((fault) => outcomeOf(fault, evidence));
  const delays = outcomes.flatMap(({ delayMs }) => (delayMs === null ? [] : [delayMs])).sort((a, b) => a - b);
  return {
    outcomes,
    falseAnomalies: evidence.anomalies.filter(
      (anomaly) =>
        anomaly.endMs > evidence.fromMs && !evidence.faults.some((fault) => touches(anomaly, fault, evidence)),
    ),
    medianDetectionDelayMs: delays[Math.floor((delays.length - 1) / 2)] ?? null,
  };
}

/** Outcomes counted by kind of fault, in the kinds' order. */
export function countByKind(
  outcomes: readonly FaultOutcome[],
): Record<FaultKind, { injected: number; detected: number }> {
  const counts = Object.fromEntries(faultKinds.map((kind) => [kind, { injected: 0, detected: 0 }]));
  for (const { fault, detectedBy } of outcomes) {
    const count = counts[fault.kind]!;
    count.injected++;
    if (detectedBy !== null) count.detected++;
  }
  return counts as Record<FaultKind, { injected: number; detected: number }>;
}

/** By whichever was first. */
function outcomeOf(fault: FaultTruth, evidence: FaultEvidence): FaultOutcome {
  const byAnomaly = detectedByAnomaly(fault, evidence);
  const bySilence = silentKinds.has(fault.kind) ? detectedBySilence(fault, evidence) : null;
  if (byAnomaly && bySilence) return byAnomaly.delayMs! <= bySilence.delayMs! ? byAnomaly : bySilence;
  return byAnomaly ?? bySilence ?? { fault, detectedBy: null, delayMs: null, topContributor: null };
}

function detectedByAnomaly(fault: FaultTruth, evidence: FaultEvidence): FaultOutcome | null {
  const anomaly = evidence.anomalies.find(({ stream, startMs }) => stream === fault.stream && isWithin(startMs, fault));
  if (!anomaly) return null;
  const top = anomaly.contributions.slice(0, topContributors).map(({ channelId }) => channelId);
  return {
    fault,
    detectedBy: 'anomaly',
    delayMs: anomaly.decidedAtMs - fault.startMs,
    topContributor: top.some((channelId) => fault.channelIds.includes(channelId)),
  };
}

function detectedBySilence(fault: FaultTruth, evidence: FaultEvidence): FaultOutcome | null {
  const noticedMs = evidence.stale
    .map((event) => silenceNoticedMs(event, fault, evidence))
    .find((timeMs) => isWithin(timeMs, fault));
  if (noticedMs === undefined) return null;
  return { fault, detectedBy: 'stale', delayMs: noticedMs - fault.startMs, topContributor: null };
}

function isWithin(timeMs: number, { startMs, endMs }: FaultTruth): boolean {
  return timeMs >= startMs && timeMs < endMs;
}

/** When a channel of the fault was said to be silent; NaN if the event is about another. */
function silenceNoticedMs(event: ChannelStale, fault: FaultTruth, { definitions }: FaultEvidence): number {
  if (event.stream !== fault.stream || !fault.channelIds.includes(event.channelId)) return Number.NaN;
  const definition = definitions.get(event.stream)!;
  const channel = definition.channels.find(({ id }) => id === event.channelId)!;
  return (event.lastObservedMs ?? Number.NaN) + (channel.staleAfterMs ?? definition.staleAfterMs);
}

function touches(anomaly: AnomalyEvent, fault: FaultTruth, { definitions }: FaultEvidence): boolean {
  if (fault.stream !== anomaly.stream && !fault.coupledStreams.includes(anomaly.stream)) return false;
  const { windowLengthMs } = definitions.get(anomaly.stream)!;
  return anomaly.startMs < fault.endMs + windowLengthMs && anomaly.endMs > fault.startMs - windowLengthMs;
}
