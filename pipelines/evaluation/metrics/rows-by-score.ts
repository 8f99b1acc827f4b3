/** All rows, highest score first, equal ones in their order; scores must be finite. */
export function rowsByScore(score: Float64Array): Uint32Array {
  return Uint32Array.from(score, (_, row) => row).sort((a, b) => score[b]! - score[a]!);
}
