import type uPlot from 'uplot';

/** The pair of series, lowest and highest a bin, that draws as one line where both agree and as a band where they do not. */
export function envelope(stroke: string, width: number): uPlot.Series[] {
  const line = { stroke, width, points: { show: false }, spanGaps: false };
  return [line, { ...line }];
}

/** The pair of series of a band that has no lines of its own. */
export function bareEnvelope(): uPlot.Series[] {
  return envelope('transparent', 0);
}

/** The band between the pair of series that begins at `first`. */
export function envelopeBand(first: number, fill: string): uPlot.Band {
  return { series: [first + 1, first], fill };
}
