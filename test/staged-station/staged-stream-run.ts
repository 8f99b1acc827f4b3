import type { WindowScore } from '../../pipelines/scoring/score-event.ts';
import { SeededRandom } from '../../pipelines/random.ts';
import type { SampleBatch } from '../../pipelines/telemetry/sample-batch.ts';
import { expectedValue, intervalMs, strideMs, windowLengthMs, type StagedStream } from './craft.ts';
import { stagedCode } from './staged-code.ts';
import type { StagedFault, StagedSilence } from './staged-events.ts';

const rows = strideMs / intervalMs;
const strides = windowLengthMs / strideMs;

/** One stride of a stream: its samples, and what a model would say of the window that ends with it. */
export interface StagedStride {
  readonly samples: SampleBatch;
  readonly score: WindowScore;
}

/** Makes a stream up, stride by stride: telemetry with noise and faults, and its noiseless self as the reconstruction. */
export class StagedStreamRun {
  readonly #stream: StagedStream;
  readonly #faults: readonly StagedFault[];
  readonly #silences: readonly StagedSilence[];
  readonly #random: SeededRandom;
  readonly #codeRandom: SeededRandom;
  /** Sum of squared residuals in sigmas, by channel, of the newest strides. */
  readonly #errors: Float64Array[] = [];
  readonly #seen: number[] = [];

  constructor(stream: StagedStream, faults: readonly StagedFault[], silences: readonly StagedSilence[]) {
    this.#stream = stream;
    const { stream: id } = stream.definition;
    this.#faults = faults.filter(({ truth }) => truth.stream === id);
    this.#silences = silences.filter(({ streams }) => streams.includes(id));
    this.#random = SeededRandom.for(11, id);
    this.#codeRandom = SeededRandom.for(11, `${id} codes`);
  }

  /** The stride [startMs, startMs + strideMs). */
  stride(startMs: number, modelVersion: string): StagedStride {
    const { channels, definition } = this.#stream;
    const columns = { channel: [] as number[], eventTimeMs: [] as number[], value: [] as number[] };
    const reconstruction = new Float32Array(rows * channels.length);
    const errors = new Float64Array(channels.length);
    for (let row = 0; row < rows; row++) {
      const timeMs = startMs + row * intervalMs;
      channels.forEach((channel, index) => {
        const expected = expectedValue(channel, timeMs);
        reconstruction[row * channels.length + index] = expected + channel.noise * 0.15 * this.#random.normal();
        const sigmas = 0.8 * this.#random.normal() + this.#faultSigmas(channel.definition.id, timeMs);
        if (this.#silent(channel.definition.id, timeMs)) return;
        errors[index]! += sigmas ** 2;
        columns.channel.push(index);
        columns.eventTimeMs.push(timeMs);
        columns.value.push(expected + sigmas * channel.noise);
      });
    }
    const samples: SampleBatch = {
      type: 'samples',
      stream: definition.stream,
      definitionVersion: definition.version,
      ingestTimeMs: startMs + strideMs,
      channel: Uint16Array.from(columns.channel),
      eventTimeMs: Float64Array.from(columns.eventTimeMs),
      value: Float64Array.from(columns.value),
    };
    return {
      samples,
      score: this.#score(startMs + strideMs, errors, columns.value.length, reconstruction, modelVersion),
    };
  }

  #score(
    windowEndMs: number,
    errors: Float64Array,
    seen: number,
    reconstruction: Float32Array,
    modelVersion: string,
  ): WindowScore {
    const { channels, definition } = this.#stream;
    this.#errors.push(errors);
    this.#seen.push(seen);
    if (this.#errors.length > strides) this.#errors.shift();
    if (this.#seen.length > strides) this.#seen.shift();
    const byChannel = channels.map((_, index) => this.#errors.reduce((sum, one) => sum + one[index]!, 0));
    const total = byChannel.reduce((sum, error) => sum + error, 0) || 1;
    const cells = this.#seen.reduce((sum, count) => sum + count, 0);
    const error = total / Math.max(1, cells) / 0.64;
    return {
      type: 'score',
      stream: definition.stream,
      definitionVersion: definition.version,
      windowStartMs: windowEndMs - windowLengthMs,
      windowEndMs,
      modelVersion,
      reconstructionError: error,
      anomalyScore: error,
      strideErrors: new Float32Array(0),
      rowErrors: new Float32Array(0),
      contributions: Float32Array.from(byChannel, (one) => one / total),
      latent: modelVersion.startsWith('robust-limits') ? new Float32Array(0) : this.#code(windowEndMs),
      reconstruction,
      missingShare: 1 - cells / (strides * rows * channels.length),
      backfill: false,
    };
  }

  #code(windowEndMs: number): Float32Array {
    const off = this.#stream.channels.map(({ definition: { id } }) => this.#faultSigmas(id, windowEndMs - 1));
    const sum = off.reduce((all, sigmas) => all + sigmas, 0);
    return stagedCode(windowEndMs, sum, this.#codeRandom);
  }

  #faultSigmas(channelId: string, timeMs: number): number {
    return this.#faults
      .filter(({ truth }) => truth.startMs <= timeMs && timeMs < truth.endMs)
      .reduce((sum, fault) => sum + fault.sigmas(channelId, timeMs - fault.truth.startMs), 0);
  }

  #silent(channelId: string, timeMs: number): boolean {
    return this.#silences.some(
      ({ channelIds, fromMs, toMs }) => fromMs <= timeMs && timeMs < toMs && (channelIds?.includes(channelId) ?? true),
    );
  }
}
