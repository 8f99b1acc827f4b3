/** A bound with four significant digits, rounded up, so that the bound that is named is itself accepted. */
export function roundedUp(least: number): number {
  const rounded = Number(least.toPrecision(4));
  return rounded >= least ? rounded : Number((least * 1.0005).toPrecision(4));
}
