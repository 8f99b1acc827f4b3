/** Sweeps after which a matrix of any size that fits in memory has long converged. */
const mostSweeps = 60;
/** What is left beside the diagonal, as a share of it, that counts as nothing. */
const negligible = 1e-15;
/** The least eigenvalue, as a share of the greatest, of a matrix that can be inverted in float64. */
const leastEigenvalue = 1e-10;

/**
 * A^(-1/2) = V diag(1 / sqrt(l)) V' of a symmetric matrix A = V diag(l) V', by Jacobi's cyclic method (Golub and Van Loan, Matrix
 * Computations, section 8.5). `matrix` is size x size, row-major; null where it is singular or not positive.
 */
export function inverseSquareRoot(matrix: Float64Array, size: number): Float64Array | null {
  const { values, vectors } = eigen(matrix, size);
  const most = values.reduce((most, value) => Math.max(most, value), 0);
  if (!(most > 0) || values.some((value) => !(value > leastEigenvalue * most))) return null;
  const root = new Float64Array(size * size);
  for (let k = 0; k < size; k++) {
    const weight = 1 / Math.sqrt(values[k]!);
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++) root[i * size + j]! += weight * vectors[i * size + k]! * vectors[j * size + k]!;
  }
  return root;
}

/** Eigenvalues, and eigenvectors as columns. */
function eigen(matrix: Float64Array, size: number): { values: Float64Array; vectors: Float64Array } {
  const a = matrix.slice();
  const vectors = Float64Array.from({ length: size * size }, (_, at) => (at % (size + 1) === 0 ? 1 : 0));
  for (let sweep = 0; sweep < mostSweeps && !isDiagonal(a, size); sweep++)
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) rotate(a, vectors, size, p, q);
  return { values: Float64Array.from({ length: size }, (_, k) => a[k * size + k]!), vectors };
}

function isDiagonal(a: Float64Array, size: number): boolean {
  let [beside, on] = [0, 0];
  for (let i = 0; i < size; i++) {
    on = Math.max(on, Math.abs(a[i * size + i]!));
    for (let j = i + 1; j < size; j++) beside = Math.max(beside, Math.abs(a[i * size + j]!));
  }
  return beside <= negligible * on;
}

/** Turns rows and columns p and q so that a[p][q] becomes 0. */
function rotate(a: Float64Array, vectors: Float64Array, size: number, p: number, q: number): void {
  const off = a[p * size + q]!;
  if (off === 0) return;
  const tau = (a[q * size + q]! - a[p * size + p]!) / (2 * off);
  const tangent = (tau < 0 ? -1 : 1) / (Math.abs(tau) + Math.sqrt(1 + tau * tau));
  const cosine = 1 / Math.sqrt(1 + tangent * tangent);
  const sine = tangent * cosine;
  const turn = (of: Float64Array, first: number, second: number): void => {
    const [x, y] = [of[first]!, of[second]!];
    of[first] = cosine * x - sine * y;
    of[second] = sine * x + cosine * y;
  };
  for (let k = 0; k < size; k++) turn(a, k * size + p, k * size + q);
  for (let k = 0; k < size; k++) turn(a, p * size + k, q * size + k);
  for (let k = 0; k < size; k++) turn(vectors, k * size + p, k * size + q);
}
