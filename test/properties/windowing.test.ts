import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { TelemetryRecord } from '../../pipelines/telemetry/sample-batch.ts';
import type { StreamDefinition } from '../../pipelines/telemetry/stream-definition.ts';
import { recordedWindows } from './recorded-windowing.ts';
import { plainSamples, sampleBatch, smallDefinition, telemetryLog, type PlainSample } from './windowing-arbitraries.ts';
import { referenceWindows, type WindowingOutput } from './windowing-reference.ts';

const runs = { numRuns: 400 };

test('the windower says what the slow reference says, at the same records', () => {
  fc.assert(
    fc.property(telemetryLog, ({ definition, records }) => {
      const said = bySubject(recordedWindows(definition, records));
      assert.deepEqual(said, bySubject(referenceWindows(definition, records)));
    }),
    { numRuns: 3000 },
  );
});

test('every window is said once, one stride after the one before', () => {
  fc.assert(
    fc.property(telemetryLog, ({ definition, records }) => {
      const { inOrder, backfilled, gaps } = bySubject(recordedWindows(definition, records));
      inOrder.forEach(({ startMs }, i) => assert.equal(startMs, inOrder[0]!.startMs + i * definition.strideMs));
      const gapStarts = new Set(gaps.map(({ startMs }) => startMs));
      for (const { startMs } of backfilled) assert.ok(gapStarts.delete(startMs), 'backfilled once, and a gap before');
    }),
    runs,
  );
});

test('the order of arrival within outOfOrdernessMs changes nothing', () => {
  fc.assert(
    fc.property(smallDefinition, distinctSamples, (definition, samples) => {
      const inOrder = sorted(definition, samples, () => 0);
      const shuffled = sorted(definition, samples, ({ delay }) => Math.floor(delay * definition.outOfOrdernessMs));
      const said = recordedWindows(definition, shuffled);
      assert.deepEqual(whatever(said), whatever(recordedWindows(definition, inOrder)));
      assert.ok(said.every(({ kind }) => kind !== 'late'));
    }),
    runs,
  );
});

test('identical duplicates change nothing but the late output', () => {
  fc.assert(
    fc.property(telemetryLog, fc.array(fc.nat({ max: 30 }), { maxLength: 20 }), ({ definition, records }, delays) => {
      const single = withoutConflicts(singles(definition, records));
      // A late duplicate puts the assembly of a gap window off; without backfill duplicates may come at any time.
      const repeated = withDuplicates(single, definition.backfillMs === 0 ? delays : delays.map(() => 0));
      const said = recordedWindows(definition, repeated).filter(({ kind }) => kind !== 'late');
      const expected = recordedWindows(definition, single).filter(({ kind }) => kind !== 'late');
      assert.deepEqual(whatever(said), whatever(expected));
    }),
    runs,
  );
});

test('how samples are cut into batches changes nothing but when it is said', () => {
  fc.assert(
    fc.property(telemetryLog, ({ definition, records }) => {
      const whole = recordedWindows(definition, records);
      assert.deepEqual(whatever(whole), whatever(recordedWindows(definition, singles(definition, records))));
    }),
    runs,
  );
});

test('a windower restored from its snapshot at any record goes on exactly as before', () => {
  fc.assert(
    fc.property(telemetryLog, fc.nat({ max: 100 }), ({ definition, records }, at) => {
      const restored = recordedWindows(definition, records, at % records.length);
      assert.deepEqual(restored, recordedWindows(definition, records));
    }),
    runs,
  );
});

type Of<Kind> = Extract<WindowingOutput, { kind: Kind }>;

/** Outputs by what they are about. How different subjects interleave within one record is not prescribed. */
function bySubject(outputs: readonly WindowingOutput[]): {
  inOrder: (Of<'window'> | Of<'gap'>)[];
  gaps: Of<'gap'>[];
  backfilled: Of<'window'>[];
  silences: (Of<'stale'> | Of<'resumed'>)[][];
  late: Of<'late'>[];
} {
  const windows = outputs.filter((output) => output.kind === 'window' || output.kind === 'gap');
  const silences = outputs.filter((output) => output.kind === 'stale' || output.kind === 'resumed');
  return {
    inOrder: windows.filter((window) => window.kind === 'gap' || !window.backfill),
    gaps: windows.filter((window) => window.kind === 'gap'),
    backfilled: windows.filter((window) => window.kind === 'window').filter(({ backfill }) => backfill),
    silences: [0, 1, 2].map((channel) => silences.filter((output) => output.channel === channel)),
    late: outputs.filter((output) => output.kind === 'late'),
  };
}

/** Outputs in order, whatever the record that they came with. */
function whatever(outputs: readonly WindowingOutput[]): object[] {
  return outputs.map((output) => ({ ...output, record: 0 }));
}

/** The log with every sample in a batch of its own. */
function singles(definition: StreamDefinition, records: readonly TelemetryRecord[]): TelemetryRecord[] {
  return records.flatMap((record): TelemetryRecord[] =>
    record.type === 'tick' || record.stream !== definition.stream
      ? [record]
      : plainSamples(record).map((sample) => sampleBatch(definition, [sample])),
  );
}

/** A log of single samples without those that give a (channel, eventTime) another value. */
function withoutConflicts(records: readonly TelemetryRecord[]): TelemetryRecord[] {
  const values = new Map<string, number>();
  return records.filter((record) => {
    if (record.type === 'tick') return true;
    const key = `${record.stream}/${record.channel[0]}/${record.eventTimeMs[0]}`;
    if (!values.has(key)) values.set(key, record.value[0]!);
    return values.get(key) === record.value[0];
  });
}

/** A log of single samples, the first of them repeated: each that many records after itself. */
function withDuplicates(records: readonly TelemetryRecord[], delays: readonly number[]): TelemetryRecord[] {
  const due = records.map((record): TelemetryRecord[] => [record]);
  let next = 0;
  records.forEach((record, i) => {
    if (record.type === 'tick' || next === delays.length) return;
    due[Math.min(i + delays[next++]!, due.length - 1)]!.push(record);
  });
  return due.flat();
}

interface DelayedSample extends PlainSample {
  /** In outOfOrdernessMs, from 0 to 1. */
  readonly delay: number;
}

/** Samples of different event times with a delay each; the first is not delayed, since it starts the stream. */
const distinctSamples: fc.Arbitrary<DelayedSample[]> = fc
  .uniqueArray(
    fc.record({
      channel: fc.nat({ max: 2 }),
      eventTimeMs: fc.oneof(fc.nat({ max: 120 }), fc.nat({ max: 3000 })),
      value: fc.integer({ min: -9, max: 9 }),
      delay: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    { selector: ({ eventTimeMs }) => eventTimeMs, minLength: 2, maxLength: 60 },
  )
  .map((samples) => {
    const first = Math.min(...samples.map(({ eventTimeMs }) => eventTimeMs));
    return samples.map((sample) => (sample.eventTimeMs === first ? { ...sample, delay: 0 } : sample));
  });

/** A log of the samples in the order in which they arrive, with a tick after them that lets every window end. */
function sorted(
  definition: StreamDefinition,
  samples: readonly DelayedSample[],
  delayMs: (sample: DelayedSample) => number,
): TelemetryRecord[] {
  const arrivalMs = (sample: DelayedSample): number => sample.eventTimeMs + delayMs(sample);
  const arrived = [...samples].sort((a, b) => arrivalMs(a) - arrivalMs(b) || a.eventTimeMs - b.eventTimeMs);
  const batches = arrived.map((sample) =>
    sampleBatch(definition, [{ ...sample, channel: sample.channel % definition.channels.length }]),
  );
  return [...batches, { type: 'tick', source: definition.source, timeMs: 5000 }];
}
