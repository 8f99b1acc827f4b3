/** Measures once and returns a rate: things done a second. */
type Measurement = () => number | Promise<number>;

/**
 * Measures two things in turns, after one round to warm up, so that what slows the machine for a while slows both.
 * Returns the median rate of the first, and the median of the rounds' ratios.
 */
export async function compareRates(
  measured: Measurement,
  reference: Measurement,
  rounds = 5,
): Promise<{ value: number; ratio: number }> {
  const rates: number[] = [];
  const ratios: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const rate = await measured();
    const ratio = rate / (await reference());
    if (round === 0) continue;
    rates.push(rate);
    ratios.push(ratio);
  }
  return { value: median(rates), ratio: median(ratios) };
}

/** The middle of some numbers, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
