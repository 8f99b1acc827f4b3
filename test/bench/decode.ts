import { SeededRandom } from '../../pipelines/random.ts';
import { decodeTelemetry, encodeTelemetry } from '../../pipelines/telemetry/binary-codec.ts';
import type { SampleBatch } from '../../pipelines/telemetry/sample-batch.ts';
import type { BenchResult } from './bench-result.ts';
import { compareRates } from './compare-rates.ts';

/** Of one stream: 16 channels at 1 Hz for a minute and a bit. */
const samplesInBatch = 1024;
const channels = 16;
const roundMs = 200;

/** Decodes sample batches from binary, and the same batches from JSON (its columns as arrays). */
export async function benchDecode(): Promise<BenchResult> {
  const batches = Array.from({ length: 64 }, (_, i) => randomBatch(i));
  const binary = batches.map((batch) => encodeTelemetry(batch));
  const json = batches.map((batch) =>
    JSON.stringify({
      ...batch,
      channel: [...batch.channel],
      eventTimeMs: [...batch.eventTimeMs],
      value: [...batch.value],
    }),
  );
  const { value, ratio } = await compareRates(
    () => samplesPerSecond(binary, decodeTelemetry),
    () => samplesPerSecond(json, (text) => JSON.parse(text) as unknown),
  );
  return { name: 'decode', value, unit: 'samples/s', against: 'JSON.parse of the same batch', ratio };
}

/** Half of the batches hold values that need double precision, the other half are stored in single. */
function randomBatch(seed: number): SampleBatch {
  const random = new SeededRandom(seed);
  return {
    type: 'samples',
    stream: 'power-1a',
    definitionVersion: 1,
    ingestTimeMs: 1_790_000_000_000,
    channel: Uint16Array.from({ length: samplesInBatch }, (_, i) => i % channels),
    eventTimeMs: Float64Array.from(
      { length: samplesInBatch },
      (_, i) => 1_790_000_000_000 + 1000 * Math.floor(i / channels),
    ),
    value: Float64Array.from({ length: samplesInBatch }, () => {
      const value = random.normal();
      return seed % 2 === 0 ? value : Math.fround(value);
    }),
  };
}

function samplesPerSecond<T>(encoded: readonly T[], decodeOne: (one: T) => unknown): number {
  let decoded = 0;
  const started = performance.now();
  let elapsedMs = 0;
  while (elapsedMs < roundMs) {
    for (const one of encoded) decodeOne(one);
    decoded += encoded.length * samplesInBatch;
    elapsedMs = performance.now() - started;
  }
  return (1000 * decoded) / elapsedMs;
}
