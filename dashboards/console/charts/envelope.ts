import type uPlot from 'uplot';

/** The pair of series, lowest and highest a bin, that draws as one line where both agree and as a band where they do not. */
export function envelope(stroke: string, style: Pick<uPlot.Series, 'dash' | 'width' | 'alpha'> = {}): uPlot.Series[] {
  const line = { stroke, width: 1.25, points: { show: false }, spanGaps: false, ...style };
  return [{ ...line }, { ...line }];
}

/** The band between the pair of series that begins at `first`. */
export function envelopeBand(first: number, fill: string): uPlot.Band {
  return { series: [first + 1, first], fill };
}
