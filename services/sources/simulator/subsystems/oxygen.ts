import { approach, wander } from '../first-order.ts';
import { mode, sensor, swinging } from '../measured-channel.ts';
import type { MeasuredChannel } from '../measured-channel.ts';
import type { Orbit } from './orbit.ts';

/** Electrolysis runs on sunlight and stands by in eclipse. */
const processPoundsPerDay = 16;
const standbyPoundsPerDay = 2;
/** Cells warm up and wet through. */
const electrolysisS = 400;
/** The generator answers the cabin's oxygen: share of its rate per mmHg below the set point. */
const setPointMmhg = 161;
const answerPerMmhg = 0.08;
/** Tanks at their mean temperature, full. */
const tanksKpa = { oxygenHigh: 15_400, oxygenLow: 8150, nitrogen: 15_900 };
/** Relative swing of the tanks' pressure with the truss's warmth. */
const warmthSwing = 0.011;
/** Fall of the line's pressure while its valve is open. */
const droopKpa = { oxygenLow: 50, nitrogen: 60 };

export interface OxygenState {
  readonly processing: boolean;
  readonly poundsPerDay: number;
  readonly rateWander: number;
  /** Of the tanks outside the airlock, lagging the sunlight: -1 to 1. */
  readonly warmth: number;
  readonly lowValveOpen: boolean;
  readonly highValveOpen: boolean;
  readonly lowDroop: number;
  readonly nitrogenDroop: number;
  /** Gas lost, kPa at the mean temperature. */
  readonly highLostKpa: number;
  readonly nitrogenLostKpa: number;
}

export interface OxygenInputs {
  readonly orbit: Orbit;
  readonly cabinOxygenMmhg: number;
  readonly nitrogenValveOpen: boolean;
  readonly highLeakKpaPerS: number;
  readonly nitrogenLeakKpaPerS: number;
  readonly normal: () => number;
}

export const initialOxygen: OxygenState = {
  processing: false,
  poundsPerDay: 0,
  rateWander: 0,
  warmth: 0,
  lowValveOpen: false,
  highValveOpen: false,
  lowDroop: 0,
  nitrogenDroop: 0,
  highLostKpa: 0,
  nitrogenLostKpa: 0,
};

/** The generator follows the sun and the cabin's need; tanks follow the truss's warmth and the valves. */
export function advanceOxygen(state: OxygenState, inputs: OxygenInputs, dtS: number): OxygenState {
  const { orbit, normal } = inputs;
  const processing = orbit.sunlight > 0.5;
  const rateWander = wander(state.rateWander, 0.12, 600, dtS, normal());
  const answer = 1 + answerPerMmhg * (setPointMmhg - inputs.cabinOxygenMmhg);
  const wanted = processing
    ? processPoundsPerDay * Math.max(0.7, Math.min(1.3, answer)) + rateWander
    : standbyPoundsPerDay;
  // Oxygen from the tanks bridges the start of each night, and the line is filled up again after it.
  const lowValveOpen = orbit.phase > 0.34 && orbit.phase < 0.42;
  return {
    processing,
    rateWander,
    poundsPerDay: approach(state.poundsPerDay, wanted, electrolysisS, dtS),
    warmth: approach(state.warmth, 2 * orbit.sunlight - 1, 900, dtS),
    lowValveOpen,
    highValveOpen: orbit.phase > 0.42 && orbit.phase < 0.5,
    lowDroop: approach(state.lowDroop, lowValveOpen ? 1 : 0, lowValveOpen ? 150 : 240, dtS),
    nitrogenDroop: approach(state.nitrogenDroop, inputs.nitrogenValveOpen ? 1 : 0, 150, dtS),
    highLostKpa: state.highLostKpa + inputs.highLeakKpaPerS * dtS,
    nitrogenLostKpa: state.nitrogenLostKpa + inputs.nitrogenLeakKpaPerS * dtS,
  };
}

/** Pressure of a tank: the gas in it by its warmth. */
function tankKpa(fullKpa: number, lostKpa: number, warmth: number): number {
  return (fullKpa - lostKpa) * (1 + warmthSwing * warmth);
}

export const oxygenChannels: readonly MeasuredChannel<OxygenState>[] = [
  sensor('NODE3000011', (state) => state.poundsPerDay, 0.4, 100),
  swinging('AIRLOCK000055', (state) => tankKpa(tanksKpa.oxygenHigh, state.highLostKpa, state.warmth), 7, 1),
  swinging(
    'AIRLOCK000056',
    (state) => tankKpa(tanksKpa.oxygenLow, 0, state.warmth) - droopKpa.oxygenLow * state.lowDroop,
    5,
    1,
  ),
  swinging(
    'AIRLOCK000057',
    (state) =>
      tankKpa(tanksKpa.nitrogen, state.nitrogenLostKpa, state.warmth) - droopKpa.nitrogen * state.nitrogenDroop,
    7,
    1,
  ),
  mode('NODE3000010', (state) => (state.processing ? 1 : 2)),
  mode('AIRLOCK000051', (state) => Number(state.lowValveOpen)),
  mode('AIRLOCK000050', (state) => Number(state.highValveOpen)),
];
