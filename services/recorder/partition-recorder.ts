import {
  decodeAnomalyEvent,
  decodeModelSetting,
  decodeStreamDefinition,
  decodeThresholdRecord,
} from '../../pipelines/json-records.ts';
import type { ModelSetting, ThresholdRecord } from '../../pipelines/commands.ts';
import type { BundleStore, HistoryBatch, HistoryStore, Log, LogRecord } from '../../pipelines/ports.ts';
import { decodeScoreEvents } from '../../pipelines/scoring/score-codec.ts';
import { decodeTelemetry } from '../../pipelines/telemetry/binary-codec.ts';
import { topics } from '../../pipelines/topics.ts';
import { readRange } from '../stage/read-range.ts';
import { recordedTopics } from '../stage/recorded-topics.ts';
import { GoverningSettings } from './governing-settings.ts';
import { StreamDelays } from './stream-delays.ts';

/** What the recorder needs of the outside. */
export interface RecorderPorts {
  readonly log: Log;
  readonly history: HistoryStore;
  readonly bundles: BundleStore;
}

type Recorded = Omit<HistoryBatch, 'position'>;

const nothing: Recorded = { definitions: [], samples: [], scores: [], anomalies: [] };

/** What is recorded of each topic as it stands. */
const recordedOf: Readonly<Record<string, (values: readonly Uint8Array[]) => Recorded>> = {
  [topics.streams.name]: (values) => ({ ...nothing, definitions: values.map(decodeStreamDefinition) }),
  [topics.telemetry.name]: (values) => ({
    ...nothing,
    samples: values.map(decodeTelemetry).filter((record) => record.type === 'samples'),
  }),
  [topics.scores.name]: (values) => ({ ...nothing, scores: values.flatMap(decodeScoreEvents) }),
  [topics.anomalies.name]: (values) => ({ ...nothing, anomalies: values.map(decodeAnomalyEvent) }),
};

/** What is recorded for what it comes to together. */
const settingOf: Readonly<Record<string, (value: Uint8Array) => ModelSetting | ThresholdRecord>> = {
  [topics.models.name]: decodeModelSetting,
  [topics.thresholds.name]: decodeThresholdRecord,
};

/** The recorder's work on one partition. */
export class PartitionRecorder {
  readonly #partition: number;
  readonly #ports: RecorderPorts;
  readonly #settings: GoverningSettings;
  readonly #positions = new Map<string, number>();
  readonly delays = new StreamDelays();

  private constructor(partition: number, ports: RecorderPorts) {
    this.#partition = partition;
    this.#ports = ports;
    this.#settings = new GoverningSettings(ports.bundles);
  }

  /** Goes on from where the history is; what was set before is read again, since levels follow from all of it. */
  static async open(partition: number, ports: RecorderPorts): Promise<PartitionRecorder> {
    const recorder = new PartitionRecorder(partition, ports);
    for (const topic of recordedTopics)
      recorder.#positions.set(topic, (await ports.history.position(topic, partition)) ?? 0);
    for (const [topic, decode] of Object.entries(settingOf)) await recorder.#recall(topic, decode);
    return recorder;
  }

  /** Where it reads on. */
  position(topic: string): number {
    return this.#positions.get(topic)!;
  }

  /** Reads each topic once, waiting so long for telemetry, and writes what there was. Returns whether there was any. */
  async record(maxRecords: number, waitMs: number, signal: AbortSignal): Promise<boolean> {
    const { log, history } = this.#ports;
    const partition = this.#partition;
    let any = false;
    for (const [topic, fromOffset] of this.#positions) {
      const request = { topic, partition, fromOffset, maxRecords, signal };
      const isWaitedFor = topic === topics.telemetry.name;
      const { records, nextOffset } = await log.read(isWaitedFor ? { ...request, waitMs } : request);
      if (nextOffset === fromOffset) continue;
      const recorded = await this.#recorded(topic, valuesOf(records));
      await history.write({ position: { topic, partition, nextOffset }, ...recorded });
      this.delays.take(recorded);
      this.#positions.set(topic, nextOffset);
      any = true;
    }
    return any;
  }

  async #recorded(topic: string, values: readonly Uint8Array[]): Promise<Recorded> {
    const decode = settingOf[topic];
    if (!decode) return recordedOf[topic]!(values);
    const settings = values.map(decode);
    this.#settings.take(settings);
    return { ...nothing, thresholds: await this.#settings.stepsSince(settings) };
  }

  async #recall(topic: string, decode: (value: Uint8Array) => ModelSetting | ThresholdRecord): Promise<void> {
    for await (const records of readRange(this.#ports.log, topic, this.#partition, 0, this.position(topic)))
      this.#settings.take(valuesOf(records).map(decode));
  }
}

function valuesOf(records: readonly LogRecord[]): Uint8Array[] {
  return records.flatMap(({ value }) => (value ? [value] : []));
}
