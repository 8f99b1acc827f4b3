/**
 * Solves A X = B for a symmetric positive definite A, by its Cholesky factor L L' = A (Golub and Van Loan, Matrix
 * Computations, section 4.2). `matrix` is size x size and becomes L (below its diagonal), `right` size x columns and becomes X;
 * both row-major.
 */
export function solvePositiveDefinite(matrix: Float64Array, right: Float64Array, size: number): void {
  const columns = right.length / size;
  factorise(matrix, size);
  for (let row = 0; row < size; row++) {
    for (let before = 0; before < row; before++) takeOff(right, row, before, matrix[row * size + before]!, columns);
    scaleRow(right, row, 1 / matrix[row * size + row]!, columns);
  }
  for (let row = size - 1; row >= 0; row--) {
    for (let after = row + 1; after < size; after++) takeOff(right, row, after, matrix[after * size + row]!, columns);
    scaleRow(right, row, 1 / matrix[row * size + row]!, columns);
  }
}

/** L in place of the lower triangle of a symmetric positive definite matrix, row-major. */
export function factorise(matrix: Float64Array, size: number): void {
  for (let row = 0; row < size; row++)
    for (let column = 0; column <= row; column++) {
      let sum = matrix[row * size + column]!;
      for (let k = 0; k < column; k++) sum -= matrix[row * size + k]! * matrix[column * size + k]!;
      matrix[row * size + column] = row === column ? Math.sqrt(sum) : sum / matrix[column * size + column]!;
    }
}

/** row -= factor x other. */
function takeOff(matrix: Float64Array, row: number, other: number, factor: number, columns: number): void {
  for (let column = 0; column < columns; column++)
    matrix[row * columns + column]! -= factor * matrix[other * columns + column]!;
}

function scaleRow(matrix: Float64Array, row: number, factor: number, columns: number): void {
  for (let column = 0; column < columns; column++) matrix[row * columns + column]! *= factor;
}
