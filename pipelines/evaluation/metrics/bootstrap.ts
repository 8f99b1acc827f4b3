import { SeededRandom } from '../../random.ts';
import { ascendingOf, quantileOf } from '../../scoring/order-statistics.ts';

/** Where a figure would lie if other channels of the same kind had been drawn. */
export interface BootstrapInterval {
  readonly low: number;
  readonly high: number;
  /** Resamples for which there was no figure, such as void ones; the interval is that of the others. */
  readonly withoutFigure: number;
}

export interface BootstrapOptions {
  readonly seed: number;
  readonly resamples?: number;
  /** Share of the resampled figures that the interval holds. */
  readonly confidence?: number;
}

/**
 * The percentile bootstrap interval of a figure that is pooled over channels: channels are drawn with replacement, as many
 * as there are, and the figure is made anew of each such sample. Null where no resample has a figure.
 *
 * Source: Efron, "Nonparametric Standard Errors and Confidence Intervals", Canadian Journal of Statistics 9, 1981.
 */
export function bootstrapInterval<Channel>(
  channels: readonly Channel[],
  figureOf: (sample: readonly Channel[]) => number | null,
  { seed, resamples = 2000, confidence = 0.95 }: BootstrapOptions,
): BootstrapInterval | null {
  const random = SeededRandom.for(seed, 'bootstrap');
  const figures: number[] = [];
  for (let i = 0; i < resamples; i++) {
    const figure = figureOf(channels.map(() => channels[random.below(channels.length)]!));
    if (figure !== null) figures.push(figure);
  }
  if (figures.length === 0) return null;
  const ascending = ascendingOf(figures);
  const tail = (1 - confidence) / 2;
  return {
    low: quantileOf(ascending, tail),
    high: quantileOf(ascending, 1 - tail),
    withoutFigure: resamples - figures.length,
  };
}
