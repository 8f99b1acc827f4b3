import type { Command } from '../../pipelines/commands.ts';
import { decodeCommand, decodeModelSetting, decodeStreamDefinition } from '../../pipelines/json-records.ts';
import type { BundleStore, Log, TimeRange } from '../../pipelines/ports.ts';
import type { StreamDefinition } from '../../pipelines/telemetry/stream-definition.ts';
import { topics } from '../../pipelines/topics.ts';
import { readToEnd } from '../stage/read-range.ts';

/** Who asks for the trainer's models to govern. */
export const trainerName = 'trainer';

/** Telemetry after which a fit that came to nothing is tried again, as a share of what a first fit needs. */
const retryShare = 0.1;

/** When streams are due. */
export interface TrainingSchedule {
  readonly firstFitAfterMs: number;
  readonly refitEveryMs: number | null;
}

/** The streams that there are, and up to which event time each was last trained. */
export class StreamsToTrain {
  readonly #log: Log;
  readonly #bundles: BundleStore;
  readonly #schedule: TrainingSchedule;
  readonly #definitions = new Map<string, StreamDefinition>();
  readonly #trainedToMs = new Map<string, number>();
  /** Up to which event time a fit was last tried that came to nothing. */
  readonly #triedToMs = new Map<string, number>();
  /** Streams that somebody asked to be fitted. */
  readonly #asked = new Set<string>();
  readonly #positions = new Map<string, number>();

  constructor(log: Log, bundles: BundleStore, schedule: TrainingSchedule) {
    this.#log = log;
    this.#bundles = bundles;
    this.#schedule = schedule;
  }

  /** The newest definition of every stream, as of now. */
  async definitions(): Promise<readonly StreamDefinition[]> {
    for (const value of await this.#newRecords(topics.streams.name)) {
      const definition = decodeStreamDefinition(value);
      this.#definitions.set(definition.stream, definition);
    }
    for (const value of await this.#newRecords(topics.models.name)) {
      const { modelVersion, issuedBy, refusedBecause } = decodeModelSetting(value);
      if (issuedBy === 'scorer' || refusedBecause !== null) continue;
      const { manifest } = await this.#bundles.get(modelVersion);
      this.#trained(manifest.definition, manifest.holdout.toMs);
    }
    for (const value of await this.#newRecords(topics.commands.name)) this.#heed(decodeCommand(value));
    return [...this.#definitions.values()];
  }

  /** A fit that was asked for is due until the trainer has asked for a model of it to govern, in this run or another. */
  #heed({ type, stream, issuedBy }: Command): void {
    if (type === 'train') this.#asked.add(stream);
    if (type === 'promote' && issuedBy === trainerName) this.#asked.delete(stream);
  }

  /** Whether somebody asked for it, or a stream with telemetry of that extent has enough that no model was trained on. */
  isDue(definition: StreamDefinition, { fromMs, toMs }: TimeRange): boolean {
    if (this.#asked.has(definition.stream)) return true;
    const trainedToMs = this.#trainedToMs.get(keyOf(definition));
    const { firstFitAfterMs, refitEveryMs } = this.#schedule;
    const triedToMs = this.#triedToMs.get(keyOf(definition)) ?? -Infinity;
    if (toMs - triedToMs < firstFitAfterMs * retryShare) return false;
    if (trainedToMs === undefined) return toMs - fromMs >= firstFitAfterMs;
    return refitEveryMs !== null && toMs - trainedToMs >= refitEveryMs;
  }

  /** Remembers a fit. One that came to nothing is tried again with some more telemetry, not with the same. */
  fitted(definition: StreamDefinition, toMs: number, isModel: boolean): void {
    this.#asked.delete(definition.stream);
    if (isModel) this.#trained(definition, toMs);
    else this.#triedToMs.set(keyOf(definition), toMs);
  }

  #trained(definition: StreamDefinition, toMs: number): void {
    const key = keyOf(definition);
    this.#trainedToMs.set(key, Math.max(toMs, this.#trainedToMs.get(key) ?? -Infinity));
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

function keyOf({ stream, version }: StreamDefinition): string {
  return `${stream}@${version}`;
}
