/** Excesses over a high level: P(X > x) = (1 + shape x / scale)^(-1 / shape), exp(-x / scale) where shape is 0. */
export interface GeneralisedPareto {
  readonly shape: number;
  readonly scale: number;
}

/** Below it, maximum likelihood is not regular, and would trust that the tail ends just beyond the sample. */
const leastShape = -0.5;
const gridSteps = 48;
const refinements = 32;
const golden = (Math.sqrt(5) - 1) / 2;

/**
 * Maximum likelihood by the reduction to one parameter of Grimshaw (1993, doi:10.1080/00401706.1993.10485040):
 * theta = shape / scale gives shape = mean log(1 + theta x) and the log-likelihood -n (log(shape / theta) + shape + 1). Its
 * maximum is looked for on a grid over all theta > -1 / max x, then by golden section. Shapes are held to at least -1/2.
 *
 * `excesses` are at least 0; where all are 0, or there are none, so is everything about the distribution.
 */
export function fitGeneralisedPareto(excesses: ArrayLike<number>): GeneralisedPareto {
  let [sum, greatest] = [0, 0];
  for (let i = 0; i < excesses.length; i++) {
    sum += excesses[i]!;
    greatest = Math.max(greatest, excesses[i]!);
  }
  if (greatest === 0) return { shape: 0, scale: 0 };
  const mean = sum / excesses.length;
  const unit = Float64Array.from(excesses, (excess) => excess / mean);
  const end = greatest / mean;
  const thetaAt = (position: number): number => Math.exp(position) - 1 / end;
  const theta = thetaAt(
    maximise((position) => likelihood(unit, thetaAt(position)), Math.log(1e-3 / end), Math.log(1e6)),
  );
  const { shape, scale } = distributionAt(unit, theta);
  return { shape, scale: scale * mean };
}

/** P(X > x), x at least 0. */
export function exceedance({ shape, scale }: GeneralisedPareto, x: number): number {
  if (x <= 0) return 1;
  if (scale === 0) return 0;
  if (shape === 0) return Math.exp(-x / scale);
  return Math.max(0, 1 + (shape * x) / scale) ** (-1 / shape);
}

/** The x with P(X > x) = p. */
export function excessAt({ shape, scale }: GeneralisedPareto, p: number): number {
  return shape === 0 ? -scale * Math.log(p) : (scale / shape) * (p ** -shape - 1);
}

/** Of excesses with mean 1. */
function distributionAt(unit: Float64Array, theta: number): GeneralisedPareto {
  // The exponential distribution is the limit, and all that is left of so small a theta in float64.
  if (Math.abs(theta) < 1e-8) return { shape: 0, scale: 1 };
  let sum = 0;
  for (let i = 0; i < unit.length; i++) sum += Math.log1p(theta * unit[i]!);
  const shape = sum / unit.length;
  return { shape, scale: shape / theta };
}

function likelihood(unit: Float64Array, theta: number): number {
  const { shape, scale } = distributionAt(unit, theta);
  return shape < leastShape ? -Infinity : -Math.log(scale) - shape - 1;
}

/** Where a function is greatest between two positions. */
function maximise(of: (position: number) => number, from: number, to: number): number {
  const step = (to - from) / gridSteps;
  let [best, most] = [from, -Infinity];
  for (let i = 0; i <= gridSteps; i++) {
    const value = of(from + i * step);
    if (value > most) [best, most] = [from + i * step, value];
  }
  let [low, high] = [best - step, best + step];
  for (let i = 0; i < refinements; i++) {
    const span = golden * (high - low);
    if (of(high - span) < of(low + span)) low = high - span;
    else high = low + span;
  }
  return (low + high) / 2;
}
