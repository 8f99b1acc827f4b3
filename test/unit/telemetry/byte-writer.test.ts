import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ByteReader } from '../../../pipelines/telemetry/byte-reader.ts';
import { ByteWriter, utf8 } from '../../../pipelines/telemetry/byte-writer.ts';

test('what is written does not depend on how much room there was', () => {
  for (let capacity = 0; capacity < 60; capacity++) {
    const writer = new ByteWriter(capacity);
    writer.uint8(1);
    writer.uint16(2);
    writer.uint32(3);
    writer.float64(4.5);
    writer.text(utf8('text', 'five'));
    writer.column(Float32Array, 3).set([6, 7, 8]);
    const reader = new ByteReader(writer.finish());
    const read = [reader.uint8(''), reader.uint16(''), reader.uint32(''), reader.float64(''), reader.text('')];
    assert.deepEqual([...read, ...reader.column('', Float32Array, 3)], [1, 2, 3, 4.5, 'five', 6, 7, 8]);
    reader.end();
  }
});
