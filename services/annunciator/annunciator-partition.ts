import type { Bundle } from '../../pipelines/autoencoders/bundle.ts';
import type { JudgeCommand, SetThresholdCommand, ThresholdRecord, Verdict } from '../../pipelines/commands.ts';
import { Decision, type Decided, type DecisionState } from '../../pipelines/detector.ts';
import { CupolaError } from '../../pipelines/errors.ts';
import {
  decodeCommand,
  decodeThresholdRecord,
  decodeVerdict,
  encodeAnomalyEvent,
  encodeThresholdRecord,
  encodeVerdict,
} from '../../pipelines/json-records.ts';
import type { LogRecord, OutgoingRecord } from '../../pipelines/ports.ts';
import { decodeScoreEvents } from '../../pipelines/scoring/score-codec.ts';
import { SettingsTimeline } from '../../pipelines/settings-timeline.ts';
import { parseThreshold } from '../../pipelines/thresholds/policies.ts';
import { topics } from '../../pipelines/topics.ts';
import { readToEnd } from '../stage/read-range.ts';
import type { PartitionStage } from '../stage/stage.ts';
import type { AnnunciatorPorts } from './annunciator-ports.ts';

/** The annunciator's work on one partition: every stream's decision. */
export class AnnunciatorPartition implements PartitionStage {
  readonly #partition: number;
  readonly #ports: AnnunciatorPorts;
  readonly #bundles = new Map<string, Bundle>();
  readonly #timelines = new Map<string, SettingsTimeline<ThresholdRecord>>();
  readonly #obeyed = new Set<number>();
  readonly #decisions = new Map<string, Decision>();
  readonly #changed = new Set<string>();

  private constructor(partition: number, ports: AnnunciatorPorts) {
    this.#partition = partition;
    this.#ports = ports;
  }

  static async open(partition: number, ports: AnnunciatorPorts): Promise<AnnunciatorPartition> {
    const annunciator = new AnnunciatorPartition(partition, ports);
    const { records } = await readToEnd(ports.log, topics.thresholds.name, partition);
    for (const { value } of records) annunciator.#recall(decodeThresholdRecord(value!));
    const verdicts = await readToEnd(ports.log, topics.verdicts.name, partition);
    for (const { value } of verdicts.records) annunciator.#obeyed.add(decodeVerdict(value!).commandOffset);
    return annunciator;
  }

  async restore(stream: string, state: unknown): Promise<void> {
    const decision = state as DecisionState;
    if (decision.judge) await this.#load(decision.judge.modelVersion);
    this.#decisions.set(stream, this.#newDecision(stream, decision));
  }

  async rebuild(record: LogRecord): Promise<void> {
    await this.#decide(record, null);
  }

  async command({ value, offset }: LogRecord): Promise<readonly OutgoingRecord[]> {
    const command = decodeCommand(value!);
    if (this.#obeyed.has(offset)) return [];
    if (command.type === 'set-threshold') this.#decision(command.stream).request(command, offset, refusal(command));
    if (command.type !== 'judge') return [];
    const verdict = verdictOf(command, offset);
    return [this.#record(topics.verdicts.name, verdict.stream, encodeVerdict(verdict), command.issuedAtMs)];
  }

  oldestAwaitingOffset(): number | null {
    const offsets = [...this.#decisions.values()].map((decision) => decision.oldestAwaitingOffset() ?? Infinity);
    const oldest = Math.min(...offsets);
    return oldest === Infinity ? null : oldest;
  }

  *takeChanged(): Iterable<readonly [string, DecisionState]> {
    for (const stream of this.#changed) yield [stream, this.#decisions.get(stream)!.snapshot()];
    this.#changed.clear();
  }

  async process(records: readonly LogRecord[]): Promise<OutgoingRecord[]> {
    const decided: Decided = { anomalies: [], settings: [] };
    for (const record of records) await this.#decide(record, decided);
    const { timestampMs } = records.at(-1)!;
    const toRecord = (topic: string, stream: string, value: Uint8Array): OutgoingRecord =>
      this.#record(topic, stream, value, timestampMs);
    return [
      ...decided.settings.map((one) => toRecord(topics.thresholds.name, one.stream, encodeThresholdRecord(one))),
      ...decided.anomalies.map((one) => toRecord(topics.anomalies.name, one.stream, encodeAnomalyEvent(one))),
    ];
  }

  #record(topic: string, stream: string, value: Uint8Array, timestampMs: number): OutgoingRecord {
    return { topic, partition: this.#partition, key: stream, value, timestampMs };
  }

  async #decide(record: LogRecord, out: Decided | null): Promise<void> {
    for (const event of decodeScoreEvents(record.value!)) {
      if (event.type === 'score' && !this.#bundles.has(event.modelVersion)) await this.#load(event.modelVersion);
      this.#decision(event.stream).decide(event, out);
      this.#changed.add(event.stream);
    }
  }

  async #load(modelVersion: string): Promise<void> {
    this.#bundles.set(modelVersion, await this.#ports.bundles.get(modelVersion));
  }

  #decision(stream: string): Decision {
    let decision = this.#decisions.get(stream);
    if (!decision) this.#decisions.set(stream, (decision = this.#newDecision(stream)));
    return decision;
  }

  #newDecision(stream: string, state?: DecisionState): Decision {
    return new Decision(stream, this.#timeline(stream), this.#bundles, state);
  }

  #timeline(stream: string): SettingsTimeline<ThresholdRecord> {
    let timeline = this.#timelines.get(stream);
    if (!timeline) this.#timelines.set(stream, (timeline = new SettingsTimeline()));
    return timeline;
  }

  /** Takes back a setting that was written before. */
  #recall(setting: ThresholdRecord): void {
    if (setting.commandOffset !== null) this.#obeyed.add(setting.commandOffset);
    if (setting.refusedBecause === null) this.#timeline(setting.stream).add(setting);
  }
}

/** A verdict governs no window, so it holds as soon as it is written. */
function verdictOf(command: JudgeCommand, commandOffset: number): Verdict {
  const { id: commandId, stream, fromMs, toMs, judgement, anomalyId = null, issuedAtMs, issuedBy, reason } = command;
  return { commandId, commandOffset, stream, fromMs, toMs, judgement, anomalyId, issuedAtMs, issuedBy, reason };
}

/** Why a threshold cannot be set as asked for; null where it can. */
function refusal({ setting }: SetThresholdCommand): string | null {
  try {
    parseThreshold(setting);
    return null;
  } catch (error) {
    if (error instanceof CupolaError) return error.message;
    throw error;
  }
}
