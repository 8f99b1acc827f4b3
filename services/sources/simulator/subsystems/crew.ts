import { cyclicBump, cyclicFraction } from '../first-order.ts';

/**
 * What the crew does to the station. Shifts are compressed to one an orbit (rest, work in the Lab, exercise in Node 3),
 * so that a few orbits hold every mode.
 */
export interface Crew {
  /** 0 at rest, 1 at full exercise. */
  readonly exercise: number;
  /** Share of the crew's metabolism that happens in Node 3; the rest is in the Lab. */
  readonly shareInNode3: number;
  /** Relative to the day's mean. */
  readonly metabolism: number;
  /** Electric load of equipment in use. */
  readonly equipmentKw: number;
}

/** The crew at a time in revolutions since the start; `shiftOffset` in [0, 1) is drawn from the seed. */
export function crewAt(revolutions: number, shiftOffset: number): Crew {
  const phase = cyclicFraction(revolutions + shiftOffset);
  const exercise = cyclicBump(phase, 0.3, 0.2);
  const work = cyclicBump(phase, 0.7, 0.25);
  return {
    exercise,
    shareInNode3: 0.35 + 0.4 * exercise - 0.15 * work,
    metabolism: 0.82 + 0.6 * exercise + 0.24 * work,
    equipmentKw: 0.5 * exercise + 1.1 * work,
  };
}
