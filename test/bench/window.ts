import type { SampleBatch } from '../../pipelines/telemetry/sample-batch.ts';
import { windowRows, type StreamDefinition } from '../../pipelines/telemetry/stream-definition.ts';
import { StreamWindower, type WindowingSink } from '../../pipelines/windowing/stream-windower.ts';
import type { BenchResult } from './bench-result.ts';
import { compareRates } from './compare-rates.ts';
import { exampleBatch, exampleStream, windowsInBatch } from './example-telemetry.ts';

const batchCount = 64;
const roundMs = 300;

/** Takes the batches of a stream and returns how many windows came out. */
type Windowing = (definition: StreamDefinition, batches: readonly SampleBatch[]) => number;

/** Decoded batches to windows, against the same with an object a sample and a row of them a cell. */
export async function benchWindow(): Promise<BenchResult> {
  const definition = exampleStream('bench');
  const batches = Array.from({ length: batchCount }, (_, index) => exampleBatch('bench', index));
  const rateOf = (windowing: Windowing) => (): number => samplesPerSecond(windowing, definition, batches);
  const { value, ratio } = await compareRates(rateOf(inColumns), rateOf(inObjects));
  return { name: 'window', value, unit: 'samples/s', against: 'one object a sample, in maps', ratio };
}

function samplesPerSecond(windowing: Windowing, definition: StreamDefinition, batches: readonly SampleBatch[]): number {
  const samples = batches.reduce((sum, { channel }) => sum + channel.length, 0);
  const started = performance.now();
  let taken = 0;
  let elapsedMs = 0;
  while (elapsedMs < roundMs) {
    const windows = windowing(definition, batches);
    // The last batch's last window, and those that would have begun before the first, do not come.
    if (windows !== windowsInBatch * (batches.length - 1)) throw new Error(`${windows} windows came out`);
    taken += samples;
    elapsedMs = performance.now() - started;
  }
  return (1000 * taken) / elapsedMs;
}

function nothing(): void {}

function inColumns(definition: StreamDefinition, batches: readonly SampleBatch[]): number {
  let windows = 0;
  const sink: WindowingSink = {
    window: () => windows++,
    gap: nothing,
    stale: nothing,
    resumed: nothing,
    late: nothing,
  };
  const windower = new StreamWindower(definition);
  for (const batch of batches) windower.push(batch, sink);
  return windows;
}

interface Sample {
  readonly channel: number;
  readonly timeMs: number;
  readonly value: number;
}

/** As one would write it first. */
function inObjects(definition: StreamDefinition, batches: readonly SampleBatch[]): number {
  const { intervalMs, strideMs, windowLengthMs, outOfOrdernessMs } = definition;
  const cells = new Map<number, Map<number, Sample>>();
  let watermarkMs = -Infinity;
  let startMs: number | null = null;
  let windows = 0;
  for (const sample of batches.flatMap(samplesOf)) {
    startMs ??= Math.ceil(sample.timeMs / strideMs) * strideMs;
    const cell = Math.floor(sample.timeMs / intervalMs);
    const row = cells.get(cell) ?? new Map<number, Sample>();
    cells.set(cell, row.set(sample.channel, sample));
    watermarkMs = Math.max(watermarkMs, sample.timeMs - outOfOrdernessMs);
    for (; startMs + windowLengthMs <= watermarkMs; startMs += strideMs) {
      if (windowFrom(startMs / intervalMs, cells, definition).length > 0) windows++;
      for (const old of cells.keys()) if (old < (startMs + strideMs) / intervalMs) cells.delete(old);
    }
  }
  return windows;
}

function samplesOf({ channel, eventTimeMs, value }: SampleBatch): Sample[] {
  return Array.from(channel, (c, i) => ({ channel: c, timeMs: eventTimeMs[i]!, value: value[i]! }));
}

/** rows of channels; what is missing holds the value before. */
function windowFrom(
  firstCell: number,
  cells: ReadonlyMap<number, ReadonlyMap<number, Sample>>,
  definition: StreamDefinition,
): number[][] {
  const last = definition.channels.map(() => 0);
  return Array.from({ length: windowRows(definition) }, (_, row) => {
    for (const { channel, value } of cells.get(firstCell + row)?.values() ?? []) last[channel] = value;
    return [...last];
  });
}
