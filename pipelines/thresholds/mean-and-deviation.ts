/** Mean and population standard deviation; both 0 of nothing. */
export function meanAndDeviation(values: ArrayLike<number>): { mean: number; deviation: number } {
  const n = Math.max(values.length, 1);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  const mean = sum / n;
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i]! - mean) ** 2;
  return { mean, deviation: Math.sqrt(squares / n) };
}
