import { decodeAnomalyEvent, decodeModelSetting, decodeStreamDefinition } from '../../pipelines/json-records.ts';
import type { Log } from '../../pipelines/ports.ts';
import { decodeScoreEvents } from '../../pipelines/scoring/score-codec.ts';
import { decodeTelemetry } from '../../pipelines/telemetry/binary-codec.ts';
import { topics } from '../../pipelines/topics.ts';
import { readRange } from '../stage/read-range.ts';

/** What a run came to, by its log alone. */
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
  readonly anomalies: number;
  /** Items that could not become samples. */
  readonly deadLetters: number;
}

/** Reads the topics of a run to their ends. */
export async function summarizeRun(log: Log): Promise<RunSummary> {
  const samples = await fold(log, topics.telemetry.name, (value) => {
    const record = decodeTelemetry(value);
    return record.type === 'samples' ? record.channel.length : 0;
  });
  let gapWindows = 0;
  const windows = await fold(log, topics.scores.name, (value) => {
    const events = decodeScoreEvents(value);
    for (const event of events) if (event.type === 'gap') gapWindows += event.windows;
    return events.filter(({ type }) => type === 'score').length;
  });
  const streams = new Set<string>();
  await fold(log, topics.streams.name, (value) => streams.add(decodeStreamDefinition(value).stream).size);
  const models = new Set<string>();
  await fold(log, topics.models.name, (value) => {
    const { modelVersion, issuedBy, refusedBecause } = decodeModelSetting(value);
    if (issuedBy !== 'scorer' && refusedBecause === null) models.add(modelVersion);
    return 0;
  });
  const anomalies = await fold(log, topics.anomalies.name, (value) =>
    decodeAnomalyEvent(value).type === 'opened' ? 1 : 0,
  );
  const deadLetters = await fold(log, topics.deadLetter.name, () => 1);
  return { samples, windows, gapWindows, streams: streams.size, modelsTrained: models.size, anomalies, deadLetters };
}

/** Sum of a figure over the records of a topic. */
async function fold(log: Log, topic: string, figure: (value: Uint8Array) => number): Promise<number> {
  let sum = 0;
  for (let partition = 0; partition < (await log.partitions(topic)); partition++) {
    const { start, end } = await log.range(topic, partition);
    for await (const records of readRange(log, topic, partition, start, end))
      for (const { value } of records) if (value) sum += figure(value);
  }
  return sum;
}
