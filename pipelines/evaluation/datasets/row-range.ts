/** First and last row of a stretch of rows, both inclusive, as data sets label them. */
export type RowRange = readonly [first: number, last: number];

/** The same rows as ascending ranges that neither overlap nor touch. */
export function unionOfRowRanges(ranges: readonly RowRange[]): RowRange[] {
  const union: RowRange[] = [];
  for (const [first, last] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const before = union.at(-1);
    if (before && first <= before[1] + 1) union[union.length - 1] = [before[0], Math.max(before[1], last)];
    else union.push([first, last]);
  }
  return union;
}

/** The runs of rows whose flag is not 0. */
export function rowRangesOfFlags(flags: ArrayLike<number>): RowRange[] {
  const ranges: RowRange[] = [];
  for (let row = 0; row < flags.length; row++) {
    if (flags[row] === 0) continue;
    const first = row;
    while (row + 1 < flags.length && flags[row + 1] !== 0) row++;
    ranges.push([first, row]);
  }
  return ranges;
}
