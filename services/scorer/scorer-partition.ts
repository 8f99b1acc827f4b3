import type { ModelSetting, PromoteCommand } from '../../pipelines/commands.ts';
import { Preparation, Prepared, type PreparationState } from '../../pipelines/detector.ts';
import { CupolaError } from '../../pipelines/errors.ts';
import {
  decodeCommand,
  decodeModelSetting,
  decodeStreamDefinition,
  encodeModelSetting,
} from '../../pipelines/json-records.ts';
import type { LogRecord, OutgoingRecord } from '../../pipelines/ports.ts';
import { GoverningModel } from '../../pipelines/scoring/governing-model.ts';
import { encodeScoreEvents } from '../../pipelines/scoring/score-codec.ts';
import type { ScoreEvent } from '../../pipelines/scoring/score-event.ts';
import { SettingsTimeline } from '../../pipelines/settings-timeline.ts';
import { decodeTelemetry, encodeTelemetry } from '../../pipelines/telemetry/binary-codec.ts';
import { selectSamples, type SampleBatch, type Tick } from '../../pipelines/telemetry/sample-batch.ts';
import type { StreamDefinition } from '../../pipelines/telemetry/stream-definition.ts';
import { topics } from '../../pipelines/topics.ts';
import { readToEnd } from '../stage/read-range.ts';
import type { PartitionStage } from '../stage/stage.ts';
import type { ScorerPorts } from './scorer-ports.ts';

/** A stream's memory in a snapshot. */
interface ScorerState {
  readonly definitionVersion: number;
  readonly preparation: PreparationState;
}

/** The scorer's work on one partition: every stream's preparation, and one scoring batch a model over all of them. */
export class ScorerPartition implements PartitionStage {
  readonly #partition: number;
  readonly #ports: ScorerPorts;
  readonly #models = new Map<string, GoverningModel>();
  readonly #definitions = new Map<string, StreamDefinition>();
  #definitionsRead = 0;
  readonly #timelines = new Map<string, SettingsTimeline<ModelSetting>>();
  readonly #obeyed = new Set<number>();
  /** The current definition's preparation of each stream. */
  readonly #preparations = new Map<string, Preparation>();
  /** Commands for streams not seen yet. */
  readonly #unplaced: { readonly command: PromoteCommand; readonly offset: number; readonly refused: string | null }[] =
    [];
  readonly #changed = new Set<string>();

  private constructor(partition: number, ports: ScorerPorts) {
    this.#partition = partition;
    this.#ports = ports;
  }

  static async open(partition: number, ports: ScorerPorts): Promise<ScorerPartition> {
    const scorer = new ScorerPartition(partition, ports);
    const { records } = await readToEnd(ports.log, topics.models.name, partition);
    for (const { value } of records) await scorer.#recall(decodeModelSetting(value!));
    return scorer;
  }

  async restore(stream: string, state: unknown): Promise<void> {
    const { definitionVersion, preparation } = state as ScorerState;
    await this.#prepare(stream, definitionVersion, preparation);
  }

  async rebuild(record: LogRecord): Promise<void> {
    await this.#push(record, null);
  }

  async command({ value, offset }: LogRecord): Promise<[]> {
    const command = decodeCommand(value!);
    if (command.type !== 'promote' || this.#obeyed.has(offset)) return [];
    const refused = await this.#makeReady(command.modelVersion);
    const preparation = this.#preparations.get(command.stream);
    if (preparation) preparation.request(command, offset, refused);
    else this.#unplaced.push({ command, offset, refused });
    return [];
  }

  oldestAwaitingOffset(): number | null {
    const offsets = this.#unplaced.map(({ offset }) => offset);
    for (const preparation of this.#preparations.values()) offsets.push(preparation.oldestAwaitingOffset() ?? Infinity);
    const oldest = Math.min(...offsets);
    return oldest === Infinity ? null : oldest;
  }

  *takeChanged(): Iterable<readonly [string, ScorerState]> {
    for (const stream of this.#changed) {
      const preparation = this.#preparations.get(stream)!;
      yield [stream, { definitionVersion: preparation.definition.version, preparation: preparation.snapshot() }];
    }
    this.#changed.clear();
  }

  async process(records: readonly LogRecord[]): Promise<OutgoingRecord[]> {
    const prepared = new Prepared(this.#ports.runtime);
    for (const record of records) await this.#push(record, prepared);
    for (const model of prepared.fitted) {
      await this.#ports.bundles.put(model.bundle);
      await this.#admit(model);
    }
    const events = await prepared.windows.score(this.#ports.runtime);
    const { timestampMs } = records.at(-1)!;
    return [
      ...prepared.settings.map((setting) => this.#settingRecord(setting, timestampMs)),
      ...this.#scoreRecords(events, timestampMs),
      ...this.#lateRecords(prepared.late, timestampMs),
    ];
  }

  async #push(record: LogRecord, out: Prepared | null): Promise<void> {
    const telemetry = decodeTelemetry(record.value!);
    if (telemetry.type === 'tick') this.#tick(telemetry, out);
    else await this.#pushSamples(telemetry, out);
  }

  #tick(tick: Tick, out: Prepared | null): void {
    for (const [stream, preparation] of this.#preparations) {
      if (preparation.definition.source !== tick.source) continue;
      preparation.push(tick, out);
      this.#changed.add(stream);
    }
  }

  /** Samples of an older definition than the stream's current one come too late for any window. */
  async #pushSamples(batch: SampleBatch, out: Prepared | null): Promise<void> {
    let preparation = this.#preparations.get(batch.stream);
    if (!preparation || preparation.definition.version < batch.definitionVersion) {
      preparation = await this.#prepare(batch.stream, batch.definitionVersion);
    }
    if (preparation.definition.version > batch.definitionVersion) {
      for (let index = 0; index < batch.channel.length; index++) out?.late.push({ batch, index });
      return;
    }
    preparation.push(batch, out);
    this.#changed.add(batch.stream);
  }

  async #prepare(stream: string, version: number, state?: PreparationState): Promise<Preparation> {
    const definition = await this.#definition(stream, version);
    const preparation = new Preparation(definition, this.#timeline(stream, version), this.#models, state);
    this.#preparations.set(stream, preparation);
    for (const one of this.#unplaced.splice(0)) {
      if (one.command.stream === stream) preparation.request(one.command, one.offset, one.refused);
      else this.#unplaced.push(one);
    }
    return preparation;
  }

  /** Ingest writes a definition before the first batch that carries its version. */
  async #definition(stream: string, version: number): Promise<StreamDefinition> {
    const key = `${stream}@${version}`;
    if (!this.#definitions.has(key)) {
      const { records, nextOffset } = await readToEnd(
        this.#ports.log,
        topics.streams.name,
        this.#partition,
        this.#definitionsRead,
      );
      this.#definitionsRead = nextOffset;
      for (const { value } of records) {
        const definition = decodeStreamDefinition(value!);
        this.#definitions.set(`${definition.stream}@${definition.version}`, definition);
      }
    }
    const definition = this.#definitions.get(key);
    if (definition) return definition;
    throw new CupolaError(
      'CUPOLA_STREAM_UNKNOWN',
      `telemetry of ${key}, which ${topics.streams.name} does not define`,
      {
        field: 'stream',
        value: key,
      },
    );
  }

  #timeline(stream: string, version: number): SettingsTimeline<ModelSetting> {
    const key = `${stream}@${version}`;
    let timeline = this.#timelines.get(key);
    if (!timeline) this.#timelines.set(key, (timeline = new SettingsTimeline()));
    return timeline;
  }

  /** Takes back a setting that was written before. */
  async #recall(setting: ModelSetting): Promise<void> {
    if (setting.commandOffset !== null) this.#obeyed.add(setting.commandOffset);
    if (setting.refusedBecause !== null) return;
    await this.#makeReady(setting.modelVersion);
    this.#timeline(setting.stream, setting.definitionVersion).add(setting);
  }

  /** Loads a model from the store; returns why it cannot be used, or null. */
  async #makeReady(version: string): Promise<string | null> {
    if (this.#models.has(version)) return null;
    try {
      await this.#admit(new GoverningModel(await this.#ports.bundles.get(version)));
      return null;
    } catch (error) {
      if (error instanceof CupolaError) return error.message;
      throw error;
    }
  }

  async #admit(model: GoverningModel): Promise<void> {
    await this.#ports.runtime.load(model.version, model.bundle);
    this.#models.set(model.version, model);
  }

  #settingRecord(setting: ModelSetting, timestampMs: number): OutgoingRecord {
    return this.#record(topics.models.name, setting.stream, encodeModelSetting(setting), timestampMs);
  }

  #scoreRecords(events: readonly ScoreEvent[], timestampMs: number): OutgoingRecord[] {
    const byStream = Map.groupBy(events, ({ stream }) => stream);
    return [...byStream].map(([stream, some]) =>
      this.#record(topics.scores.name, stream, encodeScoreEvents(some), timestampMs),
    );
  }

  #lateRecords(late: Prepared['late'], timestampMs: number): OutgoingRecord[] {
    const byBatch = Map.groupBy(late, ({ batch }) => batch);
    return [...byBatch].map(([batch, samples]) => {
      const selected = selectSamples(
        batch,
        samples.map(({ index }) => index),
      );
      return this.#record(topics.late.name, batch.stream, encodeTelemetry(selected), timestampMs);
    });
  }

  #record(topic: string, stream: string, value: Uint8Array, timestampMs: number): OutgoingRecord {
    return { topic, partition: this.#partition, key: stream, value, timestampMs };
  }
}
