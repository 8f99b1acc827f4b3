import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { CupolaError } from '../../pipelines/errors.ts';
import { decodeNpy } from '../../pipelines/evaluation/datasets/npy.ts';
import { npyBytes } from '../unit/evaluation/datasets/npy-bytes.ts';

/** Runs a decoder that must give something or refuse it. */
function orRefusal<T>(decode: () => T): T | null {
  try {
    return decode();
  } catch (error) {
    assert.ok(error instanceof CupolaError && error.code === 'CUPOLA_DATASET_INVALID', String(error));
    return null;
  }
}

test('arbitrary bytes are decoded or refused, never anything else', () => {
  const anything = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.uint8Array({ maxLength: 120 }).map((tail) => Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, ...tail)),
    fc
      .record({ descr: fc.constantFrom('<f8', '|u1'), shape: fc.string(), data: fc.uint8Array({ maxLength: 24 }) })
      .map(npyBytes),
  );
  fc.assert(fc.property(anything, (bytes) => void orRefusal(() => decodeNpy(bytes, 'a.npy'))));
});

test('a file that was cut short or altered is refused or still holds as many elements as its shape', () => {
  const columns = fc.integer({ min: 1, max: 4 });
  const file = fc.tuple(fc.float64Array({ minLength: 1, maxLength: 8 }), columns).map(([values, width]) => {
    const data = new Uint8Array(new Float64Array(values.length * width).buffer);
    return npyBytes({ descr: '<f8', shape: `(${values.length}, ${width})`, data });
  });
  fc.assert(
    fc.property(file, fc.nat(), fc.nat({ max: 255 }), fc.boolean(), (bytes, at, byte, cut) => {
      const altered = cut ? bytes.slice(0, at % (bytes.length + 1)) : bytes.with(at % bytes.length, byte);
      const decoded = orRefusal(() => decodeNpy(altered, 'a.npy'));
      if (decoded)
        assert.equal(
          decoded.data.length,
          decoded.shape.reduce((product, size) => product * size, 1),
        );
    }),
  );
});
