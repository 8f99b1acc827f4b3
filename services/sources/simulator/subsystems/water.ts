import { cyclicFraction } from '../first-order.ts';
import { counted, mode } from '../measured-channel.ts';
import type { MeasuredChannel } from '../measured-channel.ts';
import type { Crew } from './crew.ts';

/**
 * Rates in percent of a tank per second at mean metabolism and half-full tanks. Tanks are small beside the real ones, so
 * that batches recur within an orbit.
 */
const urinePerS = 0.2 / 60;
const distilledPerS = 0.48 / 60;
const condensatePerS = 0.14 / 60;
const distillateGain = 0.6;
const processedPerS = 0.7 / 60;
const drunkPerS = 0.16 / 60;
/** What one pound of oxygen a day takes. */
const electrolysedPerS = 0.008 / 60;
/** Batches, in revolutions: the urine processor's, the water processor's. */
const urineBatch = { every: 1, running: 0.42 };
const waterBatch = { every: 0.5, purgeUntil: 0.06, heatUntil: 0.16, flowUntil: 0.52 };

type WaterStep = 'none' | 'purge' | 'heatup' | 'flow';

const stepCodes: Record<WaterStep, number> = { none: 0, heatup: 2, purge: 3, flow: 4 };

export interface WaterState {
  readonly urinePct: number;
  readonly wastePct: number;
  readonly cleanPct: number;
  readonly distilling: boolean;
  readonly step: WaterStep;
}

export interface WaterInputs {
  readonly revolutions: number;
  readonly crew: Crew;
  readonly oxygenPoundsPerDay: number;
  /** Beyond the usual use, percent of the tank per second. */
  readonly wasteLeakPctPerS: number;
  readonly cleanLeakPctPerS: number;
}

export const initialWater: WaterState = {
  urinePct: 50,
  wastePct: 50,
  cleanPct: 60,
  distilling: false,
  step: 'none',
};

/** Urine is distilled into waste water, joined by condensate, processed into clean water, drunk and electrolysed. */
export function advanceWater(state: WaterState, inputs: WaterInputs, dtS: number): WaterState {
  const { crew, revolutions } = inputs;
  const distilling = cyclicFraction(revolutions / urineBatch.every) < urineBatch.running;
  const step = waterStep(cyclicFraction(revolutions / waterBatch.every));
  // Draws follow the level, so that every tank has a level that it returns to.
  const distilled = distilling ? (distilledPerS * state.urinePct) / 50 : 0;
  const processed = step === 'flow' ? (processedPerS * state.wastePct) / 50 : 0;
  const used = (drunkPerS * crew.metabolism * state.cleanPct) / 60 + electrolysedPerS * inputs.oxygenPoundsPerDay;
  const condensed = condensatePerS * crew.metabolism;
  return {
    distilling,
    step,
    urinePct: state.urinePct + dtS * (urinePerS - distilled),
    wastePct: state.wastePct + dtS * (condensed + distillateGain * distilled - processed - inputs.wasteLeakPctPerS),
    cleanPct: state.cleanPct + dtS * (processed - used - inputs.cleanLeakPctPerS),
  };
}

function waterStep(phase: number): WaterStep {
  if (phase < waterBatch.purgeUntil) return 'purge';
  if (phase < waterBatch.heatUntil) return 'heatup';
  return phase < waterBatch.flowUntil ? 'flow' : 'none';
}

const urineModes = { normal: 16, standby: 32 };
const waterModes = { standby: 3, process: 4 };

export const waterChannels: readonly MeasuredChannel<WaterState>[] = [
  counted('NODE3000005', (state) => state.urinePct, 0.2, 5),
  counted('NODE3000008', (state) => state.wastePct, 0.2, 5),
  counted('NODE3000009', (state) => state.cleanPct, 0.2, 5),
  mode('NODE3000004', (state) => (state.distilling ? urineModes.normal : urineModes.standby)),
  mode('NODE3000006', (state) => (state.step === 'none' ? waterModes.standby : waterModes.process)),
  mode('NODE3000007', (state) => stepCodes[state.step]),
];
