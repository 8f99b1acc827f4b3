/** A sorted copy. */
export function ascendingOf(values: readonly number[]): Float64Array {
  return Float64Array.from(values).sort();
}

/** The q-quantile, linear between order statistics (Hyndman and Fan 1996, definition 7); of at least one value. */
export function quantileOf(ascending: ArrayLike<number>, q: number): number {
  const position = q * (ascending.length - 1);
  const below = ascending[Math.floor(position)]!;
  return below + (ascending[Math.ceil(position)]! - below) * (position - Math.floor(position));
}
