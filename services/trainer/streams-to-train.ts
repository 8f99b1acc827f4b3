import { decodeModelSetting, decodeStreamDefinition } from '../../pipelines/json-records.ts';
import type { BundleStore, Log, TimeRange } from '../../pipelines/ports.ts';
import type { StreamDefinition } from '../../pipelines/telemetry/stream-definition.ts';
import { topics } from '../../pipelines/topics.ts';
import { readToEnd } from '../stage/read-range.ts';

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
      this.fitted(manifest.definition, manifest.holdout.toMs);
    }
    return [...this.#definitions.values()];
  }

  /** Whether a stream with telemetry of that extent has enough that no model was trained on. */
  isDue(definition: StreamDefinition, { fromMs, toMs }: TimeRange): boolean {
    const trainedToMs = this.#trainedToMs.get(keyOf(definition));
    const { firstFitAfterMs, refitEveryMs } = this.#schedule;
    if (trainedToMs === undefined) return toMs - fromMs >= firstFitAfterMs;
    return refitEveryMs !== null && toMs - trainedToMs >= refitEveryMs;
  }

  /** Remembers a fit, also one that failed: it is tried again with the next telemetry, not with the same. */
  fitted(definition: StreamDefinition, toMs: number): void {
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
