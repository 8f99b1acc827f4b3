import * as fc from 'fast-check';
import type { SampleBatch, Tick } from '../../pipelines/telemetry/sample-batch.ts';

const finiteDouble = fc.double({ noNaN: true, noDefaultInfinity: true });
const name = fc.string({ minLength: 1, maxLength: 40, unit: 'binary' });

/** Event times as sources have them (whole ms, close together) and as they need not be (quarters of a ms, anything finite). */
const eventTimeMs = fc.oneof(
  fc.integer({ min: 1_790_000_000_000, max: 1_790_000_100_000 }),
  fc.integer({ min: 1_790_000_000_000, max: 1_800_000_000_000 }),
  fc.integer({ min: 0, max: 40 }).map((quarters) => 1_790_000_000_000 + quarters / 4),
  finiteDouble,
);
const value = fc.oneof(fc.float({ noNaN: true, noDefaultInfinity: true }), finiteDouble, fc.constantFrom(0, -0));

/** Records with Object's prototype, as decoders make them. */
export function plainRecord<T>(fields: { [Field in keyof T]: fc.Arbitrary<T[Field]> }): fc.Arbitrary<T> {
  return fc.record<T, keyof T>(fields, { noNullPrototype: true });
}

/** Every kind of column within one batch, and batches whose columns are all of one kind. */
function column<T>(kinds: fc.Arbitrary<T>, one: fc.Arbitrary<T>, length: number): fc.Arbitrary<T[]> {
  const bounds = { minLength: length, maxLength: length };
  return fc.oneof(fc.array(kinds, bounds), fc.array(one, bounds));
}

/** Valid sample batches: empty, with duplicates, extreme finite values, -0, and every channel index. */
export const sampleBatch: fc.Arbitrary<SampleBatch> = fc.nat({ max: 40 }).chain((samples) =>
  plainRecord({
    type: fc.constant('samples' as const),
    stream: name,
    definitionVersion: fc.integer({ min: 1, max: 0xffff_ffff }),
    ingestTimeMs: finiteDouble,
    channel: column(fc.nat({ max: 0xffff }), fc.nat({ max: 3 }), samples).map((list) => Uint16Array.from(list)),
    eventTimeMs: column(eventTimeMs, fc.integer({ min: 1_790_000_000_000, max: 1_790_000_000_003 }), samples).map(
      (list) => Float64Array.from(list),
    ),
    value: column(value, fc.float({ noNaN: true, noDefaultInfinity: true }), samples).map((list) =>
      Float64Array.from(list),
    ),
  }),
);

export const tick: fc.Arbitrary<Tick> = plainRecord({
  type: fc.constant('tick' as const),
  source: name,
  timeMs: finiteDouble,
});
