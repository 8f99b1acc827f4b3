import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CupolaError } from '../../../../pipelines/errors.ts';
import { decodeNpy, decodeNpyMatrix } from '../../../../pipelines/evaluation/datasets/npy.ts';
import { npyBytes, type NpyParts } from './npy-bytes.ts';

const bytesOf = (column: Float64Array | Float32Array | Int32Array | BigInt64Array | Uint8Array): Uint8Array =>
  new Uint8Array(column.buffer);
const twoByThree = { descr: '<f8', shape: '(2, 3)', data: bytesOf(Float64Array.of(1, 2, 3, 4, 5, 6)) };

test('every element type and both versions are read', () => {
  const columns = [
    ['<f8', Float64Array.of(0.1, -2e300)],
    ['<f4', Float32Array.of(0.1, -2e30)],
    ['<i4', Int32Array.of(-7, 2 ** 31 - 1)],
    ['<i8', BigInt64Array.of(-7n, 2n ** 53n - 1n)],
    ['|u1', Uint8Array.of(0, 255)],
  ] as const;
  for (const version of [1, 2]) {
    for (const [descr, column] of columns) {
      const { shape, data } = decodeNpy(npyBytes({ descr, shape: '(2,)', data: bytesOf(column), version }), 'a.npy');
      assert.deepEqual(shape, [2]);
      assert.deepEqual([...data], [...column].map(Number));
    }
  }
});

test('Fortran order comes out row by row', () => {
  const { rows, columns, data } = decodeNpyMatrix(npyBytes({ ...twoByThree, fortranOrder: 'True' }), 'a.npy');
  assert.deepEqual([rows, columns, [...data]], [2, 3, [1, 3, 5, 2, 4, 6]]);
});

test('an array in the middle of a buffer is read from its own bytes', () => {
  const bytes = npyBytes(twoByThree);
  const pool = Buffer.alloc(bytes.length + 100, 0xff);
  pool.set(bytes, 33);
  assert.deepEqual([...decodeNpy(pool.subarray(33, 33 + bytes.length), 'a.npy').data], [1, 2, 3, 4, 5, 6]);
});

const refusals: [string, Partial<NpyParts>, RegExp][] = [
  ['another element type', { descr: '>f8' }, /a\.npy descr is >f8, must be one of <f8/],
  ['objects', { descr: '|O' }, /descr is \|O/],
  ['three dimensions', { shape: '(1, 2, 3)' }, /shape is \(1, 2, 3\), must be of one or two dimensions/],
  ['an empty array', { shape: '(0, 99999999999999999999)', data: new Uint8Array() }, /none of them 0/],
  ['no dimension', { shape: '()' }, /shape is \(\), must be/],
  ['a missing order', { fortranOrder: 'None' }, /fortran_order is undefined, must be True or False/],
  ['too few data', { shape: '(3, 3)' }, /data is 48 bytes long, must be 72 bytes for shape 3 x 3/],
  ['too many data', { shape: '(5,)' }, /data is 48 bytes long, must be 40 bytes/],
  ['another version', { version: 3 }, /version is 3, must be 1 or 2/],
];
for (const [what, change, message] of refusals) {
  test(`${what} is refused, naming field, value and bound`, () => {
    assert.throws(
      () => decodeNpy(npyBytes({ ...twoByThree, ...change }), 'a.npy'),
      (error) => {
        assert.ok(error instanceof CupolaError);
        assert.equal(error.code, 'CUPOLA_DATASET_INVALID');
        assert.match(error.message, message);
        return true;
      },
    );
  });
}

test('a whole number that a double cannot hold is refused', () => {
  const data = bytesOf(BigInt64Array.of(2n ** 53n));
  assert.throws(() => decodeNpy(npyBytes({ descr: '<i8', shape: '(1,)', data }), 'a.npy'), /9007199254740992/);
});

test('a vector is no matrix', () => {
  const vector = npyBytes({ ...twoByThree, shape: '(6,)' });
  assert.throws(() => decodeNpyMatrix(vector, 'a.npy'), /shape is \(6\), must be \(rows, columns\)/);
});
