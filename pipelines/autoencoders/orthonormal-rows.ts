/**
 * Makes the rows of a row-major matrix orthonormal, in place, by Gram and Schmidt (twice over each row, which is what
 * float32 takes: Giraud et al., The loss of orthogonality in the Gram-Schmidt process, 2005). The first rows keep their span. A row
 * that depends on those before it becomes 0.
 */
export function orthonormaliseRows(matrix: Float32Array, columns: number): void {
  const rows = Array.from({ length: matrix.length / columns }, (_, index) =>
    matrix.subarray(index * columns, (index + 1) * columns),
  );
  rows.forEach((row, index) => {
    const before = Math.sqrt(dot(row, row));
    for (let pass = 0; pass < 2; pass++) for (let other = 0; other < index; other++) takeOut(row, rows[other]!);
    const norm = Math.sqrt(dot(row, row));
    const scale = norm > leastShare * before ? 1 / norm : 0;
    for (let i = 0; i < columns; i++) row[i]! *= scale;
  });
}

/** Of a row's length, what must be left of it for it to count as more than rounding. */
const leastShare = 1e-5;

function takeOut(row: Float32Array, other: Float32Array): void {
  const along = dot(row, other);
  for (let i = 0; i < row.length; i++) row[i]! -= along * other[i]!;
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
