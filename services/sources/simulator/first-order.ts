/** The exact step of a first-order lag: dx/dt = (target - x) / timeConstant, with the target held over the step. */
export function approach(value: number, target: number, timeConstantS: number, dtS: number): number {
  return target + (value - target) * Math.exp(-dtS / timeConstantS);
}

/**
 * The exact step of an Ornstein-Uhlenbeck process: noise that wanders about zero with standard deviation `sigma` and
 * forgets where it was within `timeConstantS`. `normal` is one standard normal number.
 */
export function wander(value: number, sigma: number, timeConstantS: number, dtS: number, normal: number): number {
  const kept = Math.exp(-dtS / timeConstantS);
  return value * kept + sigma * Math.sqrt(1 - kept * kept) * normal;
}

/** 0 below `low`, 1 above `high`, smooth between (3t^2 - 2t^3). */
export function smoothStep(low: number, high: number, x: number): number {
  const t = Math.min(1, Math.max(0, (x - low) / (high - low)));
  return t * t * (3 - 2 * t);
}

/** A smooth bump in a cyclic phase in [0, 1): 1 at `center`, 0 from `halfWidth` away. */
export function cyclicBump(phase: number, center: number, halfWidth: number): number {
  const away = Math.abs(cyclicFraction(phase - center + 0.5) - 0.5);
  return away >= halfWidth ? 0 : 0.5 + 0.5 * Math.cos((Math.PI * away) / halfWidth);
}

/** The fractional part of x, in [0, 1) also for negative x. */
export function cyclicFraction(x: number): number {
  return x - Math.floor(x);
}
