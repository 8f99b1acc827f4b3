import type { AnomalyEvent } from '../../pipelines/alarms/anomaly-event.ts';
import type { ModelSetting, ThresholdRecord, Verdict } from '../../pipelines/commands.ts';
import {
  decodeAnomalyEvent,
  decodeModelSetting,
  decodeThresholdRecord,
  decodeVerdict,
} from '../../pipelines/json-records.ts';
import type { Log } from '../../pipelines/ports.ts';
import { decodeScoreEvents } from '../../pipelines/scoring/score-codec.ts';
import type { ScoreEvent } from '../../pipelines/scoring/score-event.ts';
import { decodeTelemetry } from '../../pipelines/telemetry/binary-codec.ts';
import type { TelemetryRecord } from '../../pipelines/telemetry/sample-batch.ts';
import { topics } from '../../pipelines/topics.ts';
import { readToEnd } from '../../services/stage/read-range.ts';

/** Everything that a detector's run left in the log for one stream, in order. */
export interface StreamOutput {
  readonly scores: ScoreEvent[];
  readonly anomalies: AnomalyEvent[];
  readonly models: ModelSetting[];
  readonly thresholds: ThresholdRecord[];
  readonly verdicts: Verdict[];
  readonly late: TelemetryRecord[];
}

/** The committed output of every stream, by stream. */
export async function committedOutput(log: Log): Promise<Map<string, StreamOutput>> {
  const output = new Map<string, StreamOutput>();
  const of = (stream: string): StreamOutput => {
    if (!output.has(stream))
      output.set(stream, { scores: [], anomalies: [], models: [], thresholds: [], verdicts: [], late: [] });
    return output.get(stream)!;
  };
  for (const [key, value] of await allRecords(log, topics.scores.name))
    of(key).scores.push(...decodeScoreEvents(value));
  for (const [key, value] of await allRecords(log, topics.anomalies.name))
    of(key).anomalies.push(decodeAnomalyEvent(value));
  for (const [key, value] of await allRecords(log, topics.models.name)) of(key).models.push(decodeModelSetting(value));
  for (const [key, value] of await allRecords(log, topics.thresholds.name)) {
    of(key).thresholds.push(decodeThresholdRecord(value));
  }
  for (const [key, value] of await allRecords(log, topics.verdicts.name)) of(key).verdicts.push(decodeVerdict(value));
  for (const [key, value] of await allRecords(log, topics.late.name)) of(key).late.push(decodeTelemetry(value));
  return output;
}

/** An output as it must be whatever was interrupted. Late samples one by one: how they are cut into records is no part of the law. */
export function comparable({ late, ...rest }: StreamOutput): unknown {
  const lateSamples = late.flatMap((batch) =>
    batch.type === 'tick' ? [] : [...batch.eventTimeMs].map((timeMs, i) => [batch.channel[i], timeMs, batch.value[i]]),
  );
  return { ...rest, late: lateSamples };
}

/** The telemetry that the log holds, a partition's records in order. */
export async function committedTelemetry(log: Log): Promise<TelemetryRecord[][]> {
  const partitions = await log.partitions(topics.telemetry.name);
  const telemetry: TelemetryRecord[][] = [];
  for (let partition = 0; partition < partitions; partition++) {
    const { records } = await readToEnd(log, topics.telemetry.name, partition);
    telemetry.push(records.map(({ value }) => decodeTelemetry(value!)));
  }
  return telemetry;
}

async function allRecords(log: Log, topic: string): Promise<(readonly [key: string, value: Uint8Array])[]> {
  const all: (readonly [string, Uint8Array])[] = [];
  for (let partition = 0; partition < (await log.partitions(topic)); partition++) {
    const { records } = await readToEnd(log, topic, partition);
    all.push(...records.map(({ key, value }) => [key!, value!] as const));
  }
  return all;
}
