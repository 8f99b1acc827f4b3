import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { decodeRecordBatch, encodeRecordBatch } from '../../../../services/adapters/embedded/record-batch.ts';

const text = fc.string({ unit: 'binary' });
const record = fc.record({
  key: fc.option(text),
  value: fc.option(fc.uint8Array({ maxLength: 300 })),
  headers: fc.dictionary(text, text, { maxKeys: 3 }),
  timestampMs: fc.double({ noNaN: true, noDefaultInfinity: true }).map((time) => time + 0),
});
const batch = fc.array(fc.tuple(record, fc.integer({ min: 1, max: 1000 })), { maxLength: 20 });
const at = { topic: 'topic', partition: 3, baseOffset: 4_000_000_000_000 };

describe('record batch', () => {
  it('every batch comes back as it was, from any offset and however few are asked for', () => {
    fc.assert(
      fc.property(batch, fc.nat(20), fc.integer({ min: 1, max: 25 }), (steps, from, maxRecords) => {
        let offset = -1;
        const relativeOffsets = steps.map(([, step]) => (offset += step));
        const records = steps.map(([each]) => each);
        const blob = encodeRecordBatch(records, relativeOffsets);
        const fromOffset = at.baseOffset + (relativeOffsets[from] ?? 0);
        const decoded = decodeRecordBatch(new Uint8Array(blob), at, fromOffset, maxRecords);
        const expected = records
          .map((each, i) =>
            Object.assign(each, { topic: 'topic', partition: 3, offset: at.baseOffset + relativeOffsets[i]! }),
          )
          .filter((each) => each.offset >= fromOffset)
          .slice(0, maxRecords);
        assert.deepEqual(decoded.map(plain), expected.map(plain));
        for (const { value } of decoded) assert.equal((value?.byteOffset ?? 0) % 8, 0, 'columns in it can be viewed');
      }),
    );
  });
});

function plain<R extends { value: Uint8Array | null; headers: Readonly<Record<string, string>> }>(each: R) {
  return { ...each, value: each.value && [...each.value], headers: Object.entries(each.headers) };
}
