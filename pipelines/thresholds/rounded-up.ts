/** A bound greater than 0 with four significant digits, rounded up, so that the bound that is named is itself accepted. */
export function roundedUp(least: number): number {
  const unit = 10 ** (Math.floor(Math.log10(least)) - 3);
  return Number((Math.ceil(least / unit - 1e-9) * unit).toPrecision(4));
}
