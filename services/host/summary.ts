import type { AnomalyEvent } from '../../pipelines/alarms/anomaly-event.ts';
import { assessFaults, countByKind, type FaultOutcome } from '../../pipelines/evaluation/fault-detection.ts';
import {
  decodeAnomalyEvent,
  decodeFaultTruth,
  decodeModelSetting,
  decodeStreamDefinition,
} from '../../pipelines/json-records.ts';
import type { Log } from '../../pipelines/ports.ts';
import { decodeScoreEvents } from '../../pipelines/scoring/score-codec.ts';
import type { ChannelStale } from '../../pipelines/scoring/score-event.ts';
import { decodeTelemetry } from '../../pipelines/telemetry/binary-codec.ts';
import type { StreamDefinition } from '../../pipelines/telemetry/stream-definition.ts';
import { topics } from '../../pipelines/topics.ts';
import type { FaultKind, FaultTruth } from '../../pipelines/truth.ts';
import { readRange } from '../stage/read-range.ts';

/** What a run came to, by its log alone. Anomalies and faults count from the first instant at which a fault could begin. */
export interface RunSummary {
  /** Samples admitted. */
  readonly samples: number;
  /** Windows scored. */
  readonly windows: number;
  /** Windows that could not be scored. */
  readonly gapWindows: number;
  readonly streams: number;
  /** Models that governed a stream, but for robust-limits. */
  readonly modelsTrained: number;
  /** Event time from the first possible fault on. */
  readonly simulatedSeconds: number;
  readonly faultsInjected: number;
  readonly faultsDetected: number;
  readonly falseAnomalies: number;
  readonly medianDetectionDelayMs: number | null;
  /** Faults detected by an anomaly, and those of them with a faulty channel among the three top contributors. */
  readonly detectedByAnomaly: number;
  readonly topContributorHits: number;
  readonly anomalies: number;
  /** Items that could not become samples. */
  readonly deadLetters: number;
  readonly byKind: Readonly<Record<FaultKind, { readonly injected: number; readonly detected: number }>>;
  readonly faults: readonly FaultLine[];
  readonly falseAnomalyIds: readonly string[];
}

/** One fault and what became of it. */
export type FaultLine = Pick<FaultOutcome, 'detectedBy' | 'delayMs' | 'topContributor'> &
  Pick<FaultTruth, 'id' | 'kind' | 'stream' | 'channelIds' | 'amplitudeSigma'>;

/** Reads the topics of a run to their ends. `firstFaultMs` is null where no fault is scheduled: then all of it counts. */
export async function summarizeRun(log: Log, firstFaultMs: number | null): Promise<RunSummary> {
  const telemetry = await countTelemetry(log);
  const scored = await countScores(log);
  const definitions = await streamDefinitions(log);
  const fromMs = firstFaultMs ?? -Infinity;
  const anomalies = (await newestAnomalies(log)).filter(({ startMs }) => startMs >= fromMs);
  const truth = await all(log, topics.truth.name, decodeFaultTruth);
  // One that was asked for is told ahead, and may begin after the end.
  const faults = truth.filter(({ startMs }) => startMs < telemetry.endMs);
  const { stale } = scored;
  const assessment = assessFaults({ faults, anomalies, stale, definitions, fromMs });
  const { outcomes, falseAnomalies, medianDetectionDelayMs } = assessment;
  return {
    samples: telemetry.samples,
    windows: scored.windows,
    gapWindows: scored.gapWindows,
    streams: definitions.size,
    modelsTrained: await countModels(log),
    simulatedSeconds: firstFaultMs === null ? 0 : Math.max(0, telemetry.endMs - firstFaultMs) / 1000,
    faultsInjected: outcomes.length,
    faultsDetected: outcomes.filter(({ detectedBy }) => detectedBy !== null).length,
    falseAnomalies: falseAnomalies.length,
    medianDetectionDelayMs,
    detectedByAnomaly: outcomes.filter(({ detectedBy }) => detectedBy === 'anomaly').length,
    topContributorHits: outcomes.filter(({ topContributor }) => topContributor === true).length,
    anomalies: anomalies.length,
    deadLetters: (await all(log, topics.deadLetter.name, () => 1)).length,
    byKind: countByKind(outcomes),
    faults: outcomes.map(faultLine),
    falseAnomalyIds: falseAnomalies.map(({ id }) => id),
  };
}

function faultLine({ fault, detectedBy, delayMs, topContributor }: FaultOutcome): FaultLine {
  const { id, kind, stream, channelIds, amplitudeSigma } = fault;
  return { id, kind, stream, channelIds, amplitudeSigma, detectedBy, delayMs, topContributor };
}

async function countTelemetry(log: Log): Promise<{ samples: number; endMs: number }> {
  let samples = 0;
  let endMs = -Infinity;
  await all(log, topics.telemetry.name, (value) => {
    const record = decodeTelemetry(value);
    if (record.type === 'samples') samples += record.channel.length;
    endMs = Math.max(endMs, record.type === 'samples' ? record.ingestTimeMs : record.timeMs);
  });
  return { samples, endMs };
}

async function countScores(log: Log): Promise<{ windows: number; gapWindows: number; stale: ChannelStale[] }> {
  const counted = { windows: 0, gapWindows: 0, stale: [] as ChannelStale[] };
  await all(log, topics.scores.name, (value) => {
    for (const event of decodeScoreEvents(value)) {
      if (event.type === 'score') counted.windows++;
      if (event.type === 'gap') counted.gapWindows += event.windows;
      if (event.type === 'stale') counted.stale.push(event);
    }
  });
  return counted;
}

async function streamDefinitions(log: Log): Promise<Map<string, StreamDefinition>> {
  const definitions = await all(log, topics.streams.name, decodeStreamDefinition);
  return new Map(definitions.map((definition) => [definition.stream, definition]));
}

async function countModels(log: Log): Promise<number> {
  const settings = await all(log, topics.models.name, decodeModelSetting);
  const trained = settings.filter(({ issuedBy, refusedBecause }) => issuedBy !== 'scorer' && refusedBecause === null);
  return new Set(trained.map(({ modelVersion }) => modelVersion)).size;
}

/** The newest state of each anomaly, with the time at which it was opened. */
async function newestAnomalies(log: Log): Promise<AnomalyEvent[]> {
  const newest = new Map<string, AnomalyEvent>();
  for (const state of await all(log, topics.anomalies.name, decodeAnomalyEvent)) {
    const { decidedAtMs } = newest.get(state.id) ?? state;
    newest.set(state.id, { ...state, decidedAtMs });
  }
  return [...newest.values()];
}

/** Every record of a topic, partition by partition; tombstones are passed over. */
async function all<T>(log: Log, topic: string, decode: (value: Uint8Array) => T): Promise<T[]> {
  const decoded: T[] = [];
  for (let partition = 0; partition < (await log.partitions(topic)); partition++) {
    const { start, end } = await log.range(topic, partition);
    for await (const records of readRange(log, topic, partition, start, end))
      for (const { value } of records) if (value) decoded.push(decode(value));
  }
  return decoded;
}
