import type { AnomalyEvent } from '../../pipelines/alarms/anomaly-event.ts';
import { AnomalyTracker } from '../../pipelines/alarms/anomaly-tracker.ts';
import { bundleVersion, type Bundle } from '../../pipelines/autoencoders/bundle.ts';
import type { ThresholdRecord } from '../../pipelines/commands.ts';
import {
  decodeCommand,
  encodeAnomalyEvent,
  encodeFaultTruth,
  encodeModelSetting,
  encodeStreamDefinition,
  encodeThresholdRecord,
} from '../../pipelines/json-records.ts';
import type { BundleStore, HistoryStore, Log, OutgoingRecord } from '../../pipelines/ports.ts';
import { encodeScoreEvents } from '../../pipelines/scoring/score-codec.ts';
import type { ScoreEvent } from '../../pipelines/scoring/score-event.ts';
import { encodeTelemetry } from '../../pipelines/telemetry/binary-codec.ts';
import type { SampleBatch } from '../../pipelines/telemetry/sample-batch.ts';
import { thresholdLevel } from '../../pipelines/thresholds/threshold-levels.ts';
import { topics } from '../../pipelines/topics.ts';
import { stagedStreams, strideMs, windowLengthMs, type StagedStream } from './craft.ts';
import { stagedBundle } from './staged-bundle.ts';
import { stagedFaults, stagedSilences, type StagedFault } from './staged-events.ts';
import { StagedStreamRun, type StagedStride } from './staged-stream-run.ts';

const hour = 3_600_000;
const stridesAtOnce = 20;
/** The stream that comes late and still warms up. */
const lateStream = 'radiators';
/** The stream that only robust limits watch. */
const untrainedStream = 'loop-a';

export interface StagedPorts {
  readonly log: Log;
  readonly history: HistoryStore;
  readonly bundles: BundleStore;
}

/**
 * A staged station: it plays ingest, scorer, annunciator and recorder through the ports, with made-up telemetry and
 * scores but real codecs, thresholds and anomaly tracking, so that a page can be looked at without waiting for training.
 */
export class StagedStation {
  readonly #ports: StagedPorts;
  readonly #actors: readonly StagedActor[];
  readonly #faults: readonly StagedFault[];
  readonly #commandPositions = new Map<number, number>();
  #timeMs: number;

  /** Begins `hours` before `nowMs`; faults and losses of signal are placed about that moment. */
  constructor(ports: StagedPorts, nowMs: number, hours: number) {
    this.#ports = ports;
    this.#timeMs = Math.floor((nowMs - hours * hour) / strideMs) * strideMs;
    this.#faults = stagedFaults(nowMs);
    const silences = stagedSilences(
      nowMs,
      stagedStreams.map(({ definition }) => definition.stream),
    );
    this.#actors = stagedStreams.map(
      (stream) => new StagedActor(stream, new StagedStreamRun(stream, this.#faults, silences), this.#timeMs, nowMs),
    );
  }

  get timeMs(): number {
    return this.#timeMs;
  }

  /** Creates the topics, announces the streams, and stores the bundles. */
  async open(): Promise<void> {
    const { log, bundles } = this.#ports;
    await log.ensureTopics(Object.values(topics));
    const timestampMs = this.#timeMs;
    await log.append(
      stagedStreams.map(({ definition }) => ({
        topic: topics.streams.name,
        key: definition.stream,
        value: encodeStreamDefinition(definition),
        timestampMs,
      })),
    );
    await log.append(
      this.#faults.map(({ truth }) => ({
        topic: topics.truth.name,
        key: truth.stream,
        value: encodeFaultTruth(truth),
        timestampMs,
      })),
    );
    for (const actor of this.#actors) for (const { bundle } of actor.models) await bundles.put(bundle);
  }

  /** Plays on until all strides that end by `toMs` are in log and history. */
  async advance(toMs: number): Promise<void> {
    while (this.#timeMs + strideMs <= toMs) {
      await this.#readCommands();
      const strides = Math.min(stridesAtOnce, Math.floor((toMs - this.#timeMs) / strideMs));
      for (const actor of this.#actors) {
        const outputs = Array.from({ length: strides }, (_, index) => actor.stride(this.#timeMs + index * strideMs));
        await this.#write(actor.stream, outputs);
      }
      this.#timeMs += strides * strideMs;
    }
  }

  async #write(stream: string, outputs: readonly StagedOutput[]): Promise<void> {
    const { log, history } = this.#ports;
    await log.append(outputs.flatMap(({ records }) => records));
    const partition = await log.partitionOf(topics.scores.name, stream);
    const { end: nextOffset } = await log.range(topics.scores.name, partition);
    await history.write({
      position: { topic: topics.scores.name, partition, nextOffset },
      definitions: stagedStreams.map(({ definition }) => definition),
      samples: outputs.map(({ samples }) => samples).filter(({ value }) => value.length > 0),
      scores: outputs.flatMap(({ scores }) => scores).filter(({ type }) => type !== 'watermark'),
      anomalies: outputs.flatMap(({ anomalies }) => anomalies),
    });
  }

  async #readCommands(): Promise<void> {
    const { log } = this.#ports;
    const topic = topics.commands.name;
    for (let partition = 0; partition < (await log.partitions(topic)); partition++) {
      const fromOffset = this.#commandPositions.get(partition) ?? 0;
      const { records, nextOffset } = await log.read({ topic, partition, fromOffset });
      this.#commandPositions.set(partition, nextOffset);
      for (const { value, offset } of records) {
        const command = decodeCommand(value!);
        if (command.type !== 'set-threshold') continue;
        const { setting, id: commandId, issuedBy, reason } = command;
        this.#actors
          .find((actor) => actor.stream === command.stream)
          ?.ask({
            setting,
            modelVersion: null,
            commandOffset: offset,
            commandId,
            issuedBy,
            reason,
            refusedBecause: null,
          });
      }
    }
  }
}

interface StagedOutput {
  readonly samples: SampleBatch;
  readonly scores: readonly ScoreEvent[];
  readonly records: readonly OutgoingRecord[];
  readonly anomalies: readonly AnomalyEvent[];
}

type Put = (topic: string, value: Uint8Array) => void;

type AskedThreshold = Omit<ThresholdRecord, 'stream' | 'effectiveFromMs'>;

/** One stream's scorer and annunciator. */
class StagedActor {
  readonly #staged: StagedStream;
  readonly #run: StagedStreamRun;
  readonly #beganMs: number;
  readonly #tracker = new AnomalyTracker();
  /** Channels that are silent, with when they were last heard. */
  readonly #stale = new Map<string, number>();
  #threshold: ThresholdRecord | null = null;
  #asked: AskedThreshold | null = null;
  #governing: string | null = null;
  /** What governs from when on: robust limits first, then (but for one stream) a trained model. */
  readonly models: readonly { readonly fromMs: number; readonly bundle: Bundle }[];

  constructor(staged: StagedStream, run: StagedStreamRun, beganMs: number, nowMs: number) {
    this.#staged = staged;
    this.#run = run;
    const late = this.stream === lateStream;
    this.#beganMs = late ? nowMs - 0.6 * hour : beganMs;
    const robust = { fromMs: this.#beganMs + hour, bundle: stagedBundle(staged, 'robust-limits', beganMs) };
    const lstm = { fromMs: this.#beganMs + 3 * hour, bundle: stagedBundle(staged, 'lstm', beganMs) };
    this.models = late || this.stream === untrainedStream ? [robust] : [robust, lstm];
  }

  get stream(): string {
    return this.#staged.definition.stream;
  }

  ask(threshold: AskedThreshold): void {
    this.#asked = threshold;
  }

  /** What becomes of the stride [startMs, startMs + strideMs). */
  stride(startMs: number): StagedOutput {
    const timestampMs = startMs + strideMs;
    const model = this.models.findLast(({ fromMs }) => fromMs <= timestampMs - windowLengthMs);
    const made = this.#run.stride(startMs, model ? bundleVersion(model.bundle) : '');
    const records: OutgoingRecord[] = [];
    const put: Put = (topic, value) => void records.push({ topic, key: this.stream, value, timestampMs });
    const begun = timestampMs > this.#beganMs;
    const samples = begun ? made.samples : none(made.samples);
    const scores = begun ? this.#scoreEvents(made, startMs, model !== undefined) : [];
    const { stream, version: definitionVersion } = this.#staged.definition;
    scores.push({ type: 'watermark', stream, definitionVersion, watermarkMs: timestampMs });
    const anomalies = model && begun ? this.#decide(scores[0]!, model.bundle, put) : [];
    put(topics.telemetry.name, encodeTelemetry(samples));
    put(topics.scores.name, encodeScoreEvents(scores));
    return { samples, scores, records, anomalies };
  }

  /** What is said of a stride's window first, and of its channels after that. */
  #scoreEvents({ samples, score }: StagedStride, startMs: number, modelled: boolean): ScoreEvent[] {
    const { stream, definitionVersion, missingShare, windowStartMs } = score;
    const common = { stream, definitionVersion };
    const remainingMs = Math.max(0, this.#beganMs + hour - score.windowEndMs);
    const spoken = this.#spoken(samples, startMs);
    if (!modelled) return [{ type: 'warm-up', ...common, windowStartMs, remainingMs }, ...spoken];
    const gap: ScoreEvent = { type: 'gap', ...common, firstWindowStartMs: windowStartMs, windows: 1, missingShare };
    return [missingShare > 0.4 ? gap : score, ...spoken];
  }

  #decide(event: ScoreEvent, bundle: Bundle, put: Put): readonly AnomalyEvent[] {
    if (event.type === 'gap') {
      const closed = this.#tracker.close(event.firstWindowStartMs);
      if (closed) put(topics.anomalies.name, encodeAnomalyEvent(closed));
      return closed ? [closed] : [];
    }
    if (event.type !== 'score') return [];
    this.#applySettings(event.modelVersion, bundle, event.windowStartMs, put);
    const level = thresholdLevel(this.#threshold!.setting, bundle.manifest);
    const score = event.anomalyScore;
    const { definition } = this.#staged;
    const { windowEndMs } = event;
    const located = { fromMs: windowEndMs - definition.strideMs, toMs: windowEndMs };
    const judged = { score, level, violates: score > level, window: event, windows: 1, located };
    const anomaly = this.#tracker.take(judged, windowEndMs, definition);
    if (anomaly) put(topics.anomalies.name, encodeAnomalyEvent(anomaly));
    return anomaly ? [anomaly] : [];
  }

  #applySettings(modelVersion: string, { manifest }: Bundle, effectiveFromMs: number, put: Put): void {
    const { stream } = this;
    const own = { commandOffset: null, commandId: null, refusedBecause: null };
    if (this.#governing !== modelVersion) {
      this.#governing = modelVersion;
      const setting = { stream, definitionVersion: 1, modelVersion, effectiveFromMs, ...own };
      put(topics.models.name, encodeModelSetting({ ...setting, issuedBy: 'trainer', reason: 'first fit' }));
      if (!this.#threshold?.commandId)
        this.#asked ??= {
          setting: manifest.threshold,
          modelVersion,
          ...own,
          issuedBy: 'bundle',
          reason: "the model's own",
        };
    }
    if (!this.#asked) return;
    this.#threshold = { stream, effectiveFromMs, ...this.#asked };
    this.#asked = null;
    put(topics.thresholds.name, encodeThresholdRecord(this.#threshold));
  }

  /** Channels that have fallen silent with this stride, or speak again. */
  #spoken({ channel }: SampleBatch, startMs: number): ScoreEvent[] {
    const { stream, version: definitionVersion, channels } = this.#staged.definition;
    const heard = new Set(channel);
    return channels.flatMap(({ id: channelId }, index): ScoreEvent[] => {
      const common = { stream, definitionVersion, channelId };
      const lastObservedMs = this.#stale.get(channelId);
      if (!heard.has(index) && lastObservedMs === undefined) {
        this.#stale.set(channelId, startMs);
        return [{ type: 'stale', ...common, lastObservedMs: startMs }];
      }
      if (!heard.has(index) || lastObservedMs === undefined) return [];
      this.#stale.delete(channelId);
      return [{ type: 'resumed', ...common, lastObservedMs, resumedMs: startMs }];
    });
  }
}

function none(samples: SampleBatch): SampleBatch {
  return { ...samples, channel: new Uint16Array(0), eventTimeMs: new Float64Array(0), value: new Float64Array(0) };
}
