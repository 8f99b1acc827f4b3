import { SeededRandom } from '../../pipelines/random.ts';
import type { SampleBatch } from '../../pipelines/telemetry/sample-batch.ts';
import { streamDefinitionSchema, type StreamDefinition } from '../../pipelines/telemetry/stream-definition.ts';

const channels = 16;
const rowsInBatch = 64;
const intervalMs = 1000;
const startMs = 1_790_000_000_000;

/** Streams in the benchmarks of the whole pipeline. */
export const exampleStreams: readonly string[] = Array.from({ length: 8 }, (_, i) => `bench-${i}`);

/** Windows that each batch completes, once there are enough for the first. */
export const windowsInBatch = 4;

/** A stream of 16 channels at 1 Hz, in windows of 64 rows every 16. */
export function exampleStream(stream: string): StreamDefinition {
  return streamDefinitionSchema.parse({
    stream,
    name: stream,
    source: 'bench',
    intervalMs,
    windowLengthMs: 64 * intervalMs,
    strideMs: 16 * intervalMs,
    outOfOrdernessMs: 2 * intervalMs,
    staleAfterMs: 10 * intervalMs,
    warmUpMs: 64 * intervalMs,
    channels: Array.from({ length: channels }, (_, c) => ({ id: `c${c}`, name: `Channel ${c}`, kind: 'real' })),
  });
}

/**
 * The `index`th batch of a stream: 1,024 samples in order of time, each channel once a second at a moment of its own;
 * noise in single precision where the index is odd, in double where it is even.
 */
export function exampleBatch(stream: string, index: number): SampleBatch {
  const random = SeededRandom.for(index, stream);
  const fromMs = startMs + index * rowsInBatch * intervalMs;
  const samples = rowsInBatch * channels;
  const channel = new Uint16Array(samples);
  const eventTimeMs = new Float64Array(samples);
  const value = new Float64Array(samples);
  for (let i = 0; i < samples; i++) {
    const noise = random.normal();
    channel[i] = i % channels;
    eventTimeMs[i] = fromMs + Math.floor((i * intervalMs) / channels);
    value[i] = index % 2 === 0 ? noise : Math.fround(noise);
  }
  const ingestTimeMs = fromMs + rowsInBatch * intervalMs;
  return { type: 'samples', stream, definitionVersion: 1, ingestTimeMs, channel, eventTimeMs, value };
}
