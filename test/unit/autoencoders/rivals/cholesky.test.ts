import assert from 'node:assert/strict';
import { it } from 'node:test';
import * as fc from 'fast-check';
import { solvePositiveDefinite } from '../../../../pipelines/autoencoders/rivals/cholesky.ts';
import { SeededRandom } from '../../../../pipelines/random.ts';

it('a positive definite system is solved', () => {
  const anySize = fc.integer({ min: 1, max: 12 });
  const anyColumns = fc.integer({ min: 1, max: 4 });
  fc.assert(
    fc.property(anySize, anyColumns, fc.integer(), (size, columns, seed) => {
      const random = new SeededRandom(seed);
      const factor = Float64Array.from({ length: size * size }, () => random.normal());
      const matrix = product(factor, transposed(factor, size), size).map(
        (value, cell) => value + (cell % (size + 1) === 0 ? 0.1 : 0),
      );
      const solution = Float64Array.from({ length: size * columns }, () => random.normal());
      const right = product(matrix, solution, size);
      solvePositiveDefinite(matrix, right, size);
      right.forEach((value, cell) => assert.ok(Math.abs(value - solution[cell]!) < 1e-6, `${value}`));
    }),
  );
});

/** size x size times size x columns. */
function product(left: Float64Array, right: Float64Array, size: number): Float64Array {
  const columns = right.length / size;
  return Float64Array.from({ length: right.length }, (_, cell) => {
    const [row, column] = [Math.floor(cell / columns), cell % columns];
    let sum = 0;
    for (let k = 0; k < size; k++) sum += left[row * size + k]! * right[k * columns + column]!;
    return sum;
  });
}

function transposed(matrix: Float64Array, size: number): Float64Array {
  return matrix.map((_, cell) => matrix[(cell % size) * size + Math.floor(cell / size)]!);
}
