import type { SourceSamples } from '../../../pipelines/telemetry/source-samples.ts';

/** Samples being gathered: columns that grow. */
export class SampleColumns {
  #length = 0;
  #channel = new Uint16Array(1024);
  #eventTimeMs = new Float64Array(1024);
  #value = new Float64Array(1024);

  get length(): number {
    return this.#length;
  }

  push(channel: number, eventTimeMs: number, value: number): void {
    if (this.#length === this.#channel.length) this.#grow();
    this.#channel[this.#length] = channel;
    this.#eventTimeMs[this.#length] = eventTimeMs;
    this.#value[this.#length++] = value;
  }

  /** Moves all samples of another to the end of this one. */
  takeAll(other: SampleColumns): void {
    for (let i = 0; i < other.#length; i++) this.push(other.#channel[i]!, other.#eventTimeMs[i]!, other.#value[i]!);
    other.#length = 0;
  }

  /** The samples as [channel, eventTimeMs, value], for a snapshot. */
  rows(): [number, number, number][] {
    return Array.from({ length: this.#length }, (_, i) => [this.#channel[i]!, this.#eventTimeMs[i]!, this.#value[i]!]);
  }

  /** A copy in the shape that sources deliver; null where there is none. */
  toSamples(channelIds: readonly string[]): SourceSamples | null {
    if (this.#length === 0) return null;
    return {
      channelIds,
      channel: this.#channel.slice(0, this.#length),
      eventTimeMs: this.#eventTimeMs.slice(0, this.#length),
      value: this.#value.slice(0, this.#length),
    };
  }

  #grow(): void {
    const capacity = 2 * this.#channel.length;
    const [channel, eventTimeMs, value] = [this.#channel, this.#eventTimeMs, this.#value];
    this.#channel = new Uint16Array(capacity);
    this.#eventTimeMs = new Float64Array(capacity);
    this.#value = new Float64Array(capacity);
    this.#channel.set(channel);
    this.#eventTimeMs.set(eventTimeMs);
    this.#value.set(value);
  }
}
