import type { Command, KeepCaseCommand, ModelSetting, TrainCommand, Verdict } from '../../pipelines/commands.ts';
import type { Suspicion } from '../../pipelines/fit-decision.ts';
import {
  decodeCommand,
  decodeModelSetting,
  decodeStreamDefinition,
  decodeThresholdRecord,
  decodeVerdict,
} from '../../pipelines/json-records.ts';
import type { BundleStore, Log } from '../../pipelines/ports.ts';
import type { StreamDefinition } from '../../pipelines/telemetry/stream-definition.ts';
import type { ThresholdSetting } from '../../pipelines/thresholds/threshold-setting.ts';
import { topics } from '../../pipelines/topics.ts';
import { readToEnd } from '../stage/read-range.ts';

/** Who asks for the trainer's models to govern. */
export const trainerName = 'trainer';

/** What the trainer knows of a stream: a fold over the log, the same after a restart. */
export class KnownStream {
  /** The newest. */
  readonly definition: StreamDefinition;
  /** What governed when, of this definition, ascending. */
  readonly governing: ModelSetting[] = [];
  /** What an operator set and still governs; null where models bring their own. */
  threshold: ThresholdSetting | null = null;
  /** In the order in which they were given. */
  readonly verdicts: Verdict[] = [];
  /** Where telemetry is kept, by verdict. */
  readonly cases = new Map<string, KeepCaseCommand>();
  /** Verdicts whose telemetry the history no longer has, of this definition. */
  readonly lost = new Set<string>();
  readonly suspicions: Suspicion[] = [];
  /** A fit that was asked for, be it by the trainer itself, and did not come to a decision yet. */
  asked: TrainCommand | null = null;
  /** Up to which event time a model of this definition was last fitted, whether or not it may govern; null for never. */
  trainedToMs: number | null = null;

  /** Verdicts are of times, and outlive definitions. */
  constructor(definition: StreamDefinition, before: KnownStream | null) {
    this.definition = definition;
    this.verdicts = before?.verdicts ?? [];
    this.cases = before?.cases ?? new Map();
    this.threshold = before?.threshold ?? null;
    this.asked = before?.asked ?? null;
  }

  /** The model that was trained for the stream and governs it; null while none does. */
  get champion(): ModelSetting | null {
    const latest = this.governing.at(-1);
    return latest && latest.issuedBy !== 'scorer' ? latest : null;
  }

  trained(toMs: number): void {
    this.trainedToMs = Math.max(toMs, this.trainedToMs ?? -Infinity);
  }
}

/** The streams that there are. */
export class KnownStreams {
  readonly #log: Log;
  readonly #bundles: BundleStore;
  readonly #streams = new Map<string, KnownStream>();
  readonly #positions = new Map<string, number>();

  constructor(log: Log, bundles: BundleStore) {
    this.#log = log;
    this.#bundles = bundles;
  }

  /** Reads what is new; every stream that was defined. */
  async read(): Promise<readonly KnownStream[]> {
    for (const value of await this.#newRecords(topics.streams.name)) this.#define(decodeStreamDefinition(value));
    for (const value of await this.#newRecords(topics.models.name)) await this.#govern(decodeModelSetting(value));
    for (const value of await this.#newRecords(topics.thresholds.name)) {
      const { stream, commandId, setting, refusedBecause } = decodeThresholdRecord(value);
      const known = this.#streams.get(stream);
      if (known && refusedBecause === null) known.threshold = commandId === null ? null : setting;
    }
    for (const value of await this.#newRecords(topics.verdicts.name)) {
      const verdict = decodeVerdict(value);
      this.#streams.get(verdict.stream)?.verdicts.push(verdict);
    }
    for (const value of await this.#newRecords(topics.commands.name)) await this.#heed(decodeCommand(value));
    return [...this.#streams.values()];
  }

  #define(definition: StreamDefinition): void {
    const before = this.#streams.get(definition.stream) ?? null;
    this.#streams.set(definition.stream, new KnownStream(definition, before));
  }

  async #govern(setting: ModelSetting): Promise<void> {
    const known = this.#streams.get(setting.stream);
    if (!known || setting.refusedBecause !== null || setting.definitionVersion !== known.definition.version) return;
    known.governing.push(setting);
    if (setting.issuedBy !== 'scorer') await this.#trained(known, setting.modelVersion);
  }

  /** A fit that was asked for is due until it came to a decision, in this run or another. */
  async #heed(command: Command): Promise<void> {
    const known = this.#streams.get(command.stream);
    if (!known) return;
    if ((command.type === 'promote' || command.type === 'train') && command.suspicion)
      known.suspicions.push(command.suspicion);
    if (command.type === 'train') known.asked = command;
    if (command.type === 'keep-case') known.cases.set(command.verdictId, command);
    if (command.issuedBy !== trainerName) return;
    const isDecision = command.type === 'decline' || (command.type === 'promote' && !command.suspicion);
    if (isDecision) known.asked = null;
    if (command.type === 'decline') await this.#trained(known, command.modelVersion);
  }

  async #trained(known: KnownStream, modelVersion: string): Promise<void> {
    const { manifest } = await this.#bundles.get(modelVersion);
    const isTrained = manifest.architecture.name !== 'robust-limits';
    if (isTrained && manifest.definition.version === known.definition.version) known.trained(manifest.holdout.toMs);
  }

  async #newRecords(topic: string): Promise<Uint8Array[]> {
    const values: Uint8Array[] = [];
    for (let partition = 0; partition < (await this.#log.partitions(topic)); partition++) {
      const key = `${topic}/${partition}`;
      const { records, nextOffset } = await readToEnd(this.#log, topic, partition, this.#positions.get(key));
      this.#positions.set(key, nextOffset);
      values.push(...records.flatMap(({ value }) => (value ? [value] : [])));
    }
    return values;
  }
}
