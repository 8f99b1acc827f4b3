import { maxSourceChannels } from './join-source-samples.ts';
import type { SourceSamples } from './source-samples.ts';

/** Collects samples one by one into columns. */
export class SampleCollector {
  readonly #indexOf = new Map<string, number>();
  readonly #channel: number[] = [];
  readonly #eventTimeMs: number[] = [];
  readonly #value: number[] = [];

  hasRoomFor(channelId: string): boolean {
    return this.#indexOf.size < maxSourceChannels || this.#indexOf.has(channelId);
  }

  add(channelId: string, eventTimeMs: number, value: number): void {
    let index = this.#indexOf.get(channelId);
    if (index === undefined) {
      index = this.#indexOf.size;
      this.#indexOf.set(channelId, index);
    }
    this.#channel.push(index);
    this.#eventTimeMs.push(eventTimeMs);
    this.#value.push(value);
  }

  finish(): SourceSamples {
    return {
      channelIds: [...this.#indexOf.keys()],
      channel: new Uint16Array(this.#channel),
      eventTimeMs: new Float64Array(this.#eventTimeMs),
      value: new Float64Array(this.#value),
    };
  }
}
