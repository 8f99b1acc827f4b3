import * as fc from 'fast-check';
import type { SampleBatch, TelemetryRecord } from '../../pipelines/telemetry/sample-batch.ts';
import { streamDefinitionSchema, type StreamDefinition } from '../../pipelines/telemetry/stream-definition.ts';

/** One sample of one channel, before it is put into a batch. */
export interface PlainSample {
  readonly channel: number;
  readonly eventTimeMs: number;
  readonly value: number;
}

const source = 'probe';
const stream = 'attitude';

/** Small stream definitions: few channels, few rows, every option at its bounds and between. */
export const smallDefinition: fc.Arbitrary<StreamDefinition> = fc
  .record({
    intervalMs: fc.constantFrom(1, 7, 10),
    rows: fc.integer({ min: 1, max: 5 }),
    stride: fc.integer({ min: 1, max: 5 }),
    outOfOrderness: fc.constantFrom(0, 0.5, 1, 2.4),
    stale: fc.constantFrom(1, 1.3, 2, 4),
    maxMissingShare: fc.constantFrom(0, 0.2, 0.5, 0.9),
    backfill: fc.constantFrom(0, 3, 11.3, 40),
    channels: fc.array(
      fc.record({ context: fc.boolean(), stale: fc.option(fc.constantFrom(1, 1.5, 3), { nil: undefined }) }),
      { minLength: 1, maxLength: 3 },
    ),
  })
  .map(({ intervalMs, rows, stride, stale, backfill, outOfOrderness, maxMissingShare, channels }) =>
    streamDefinitionSchema.parse({
      stream,
      name: stream,
      source,
      intervalMs,
      windowLengthMs: rows * intervalMs,
      strideMs: Math.min(stride, rows) * intervalMs,
      warmUpMs: rows * intervalMs,
      outOfOrdernessMs: Math.round(outOfOrderness * intervalMs),
      staleAfterMs: Math.ceil(stale * intervalMs),
      backfillMs: Math.round(backfill * intervalMs),
      maxMissingShare,
      channels: channels.map((channel, i) => ({
        id: `C${i}`,
        name: `C${i}`,
        kind: 'real',
        role: i > 0 && channel.context ? 'context' : 'scored',
        ...(channel.stale === undefined ? {} : { staleAfterMs: Math.ceil(channel.stale * intervalMs) }),
      })),
    }),
  );

/** What happens next in a made-up telemetry log; times in intervals, relative to how far the log has come. */
type Happening =
  | { readonly type: 'sample'; readonly channel: number; readonly after: number; readonly value: number }
  | { readonly type: 'delayed'; readonly channel: number; readonly before: number; readonly value: number }
  | { readonly type: 'again'; readonly back: number; readonly value: number | null }
  | { readonly type: 'burst'; readonly before: number; readonly length: number; readonly value: number }
  | { readonly type: 'silence'; readonly length: number; readonly tells: 'sample' | 'tick' }
  | { readonly type: 'tick'; readonly after: number; readonly source: string }
  | { readonly type: 'other-stream' };

const channel = fc.nat({ max: 2 });
const value = fc.integer({ min: -9, max: 9 });
const intervals = (max: number): fc.Arbitrary<number> =>
  fc.integer({ min: 0, max: max * 10 }).map((tenths) => tenths / 10);

const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ type: fc.constant('sample' as const), channel, after: intervals(1.5), value }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('delayed' as const), channel, before: intervals(6), value }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('again' as const),
      back: fc.nat({ max: 12 }),
      value: fc.option(value, { nil: null }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('burst' as const),
      before: intervals(14),
      length: fc.integer({ min: 2, max: 12 }),
      value,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('silence' as const),
      length: fc.oneof(intervals(12), fc.integer({ min: 40, max: 200 })),
      tells: fc.constantFrom('sample' as const, 'tick' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('tick' as const),
      after: fc.integer({ min: -20, max: 25 }).map((tenths) => tenths / 10),
      source: fc.constantFrom(source, source, 'elsewhere'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('other-stream' as const) }) },
);

/**
 * A definition and a log for it: samples in and out of order, repeated with the same and with other values, late, in
 * bursts after silence; jumps; ticks of its own source and of another; another stream's batches between.
 */
export const telemetryLog: fc.Arbitrary<{ definition: StreamDefinition; records: TelemetryRecord[] }> = fc
  .record({
    definition: smallDefinition,
    startMs: fc.integer({ min: 0, max: 200 }),
    happenings: fc.array(fc.tuple(happening, fc.boolean()), { minLength: 1, maxLength: 70 }),
  })
  .map(({ definition, startMs, happenings }) => ({ definition, records: writeLog(definition, startMs, happenings) }));

function writeLog(
  definition: StreamDefinition,
  startMs: number,
  happenings: readonly (readonly [Happening, boolean])[],
): TelemetryRecord[] {
  const { intervalMs, channels } = definition;
  const records: TelemetryRecord[] = [];
  const told: PlainSample[] = [];
  let batch: PlainSample[] = [];
  let nowMs = startMs;
  const flush = (): void => {
    if (batch.length > 0) records.push(sampleBatch(definition, batch));
    batch = [];
  };
  const add = (index: number, eventTimeMs: number, value: number): void => {
    const sample = { channel: index % channels.length, eventTimeMs: Math.max(0, Math.round(eventTimeMs)), value };
    told.push(sample);
    batch.push(sample);
  };
  const tick = (timeMs: number, from: string): void => {
    flush();
    records.push({ type: 'tick', source: from, timeMs: Math.round(timeMs) });
  };
  for (const [next, cut] of happenings) {
    if (cut) flush();
    switch (next.type) {
      case 'sample':
        nowMs += next.after * intervalMs;
        add(next.channel, nowMs, next.value);
        break;
      case 'delayed':
        add(next.channel, nowMs - next.before * intervalMs, next.value);
        break;
      case 'again': {
        const earlier = told.at(-1 - next.back);
        if (earlier) add(earlier.channel, earlier.eventTimeMs, next.value ?? earlier.value);
        break;
      }
      case 'burst':
        for (let i = 0; i < next.length; i++) {
          for (let c = 0; c < channels.length; c++) add(c, nowMs - (next.before - i) * intervalMs, next.value + i);
        }
        break;
      case 'silence':
        nowMs += next.length * intervalMs;
        if (next.tells === 'tick') tick(nowMs, source);
        else add(0, nowMs, 1);
        break;
      case 'tick':
        if (next.source === source) nowMs = Math.max(nowMs, nowMs + next.after * intervalMs);
        tick(nowMs + next.after * intervalMs, next.source);
        break;
      case 'other-stream':
        flush();
        records.push({
          ...sampleBatch(definition, [{ channel: 0, eventTimeMs: nowMs + 9e9, value: 0 }]),
          stream: 'other',
        });
        break;
    }
  }
  flush();
  return records;
}

/** A batch of the definition's stream. */
export function sampleBatch(definition: StreamDefinition, samples: readonly PlainSample[]): SampleBatch {
  return {
    type: 'samples',
    stream: definition.stream,
    definitionVersion: definition.version,
    ingestTimeMs: Math.max(...samples.map(({ eventTimeMs }) => eventTimeMs)),
    channel: Uint16Array.from(samples, ({ channel }) => channel),
    eventTimeMs: Float64Array.from(samples, ({ eventTimeMs }) => eventTimeMs),
    value: Float64Array.from(samples, ({ value }) => value),
  };
}

/** A batch as plain samples. */
export function plainSamples(batch: SampleBatch): PlainSample[] {
  return Array.from(batch.channel, (channel, i) => ({
    channel,
    eventTimeMs: batch.eventTimeMs[i]!,
    value: batch.value[i]!,
  }));
}
