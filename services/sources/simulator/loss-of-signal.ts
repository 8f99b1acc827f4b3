import { SeededRandom } from '../../../pipelines/random.ts';
import { orbitSteps } from './station.ts';

/** A stretch without contact, in steps: [startStep, endStep). What was recorded in it arrives in step `dumpStep`. */
export interface LossOfSignal {
  readonly startStep: number;
  readonly endStep: number;
  readonly dumpStep: number;
}

/** One loss of signal falls into every slot of this length. */
const slotSteps = Math.round(1.75 * orbitSteps);
/** 4 to 7 minutes. */
const lengthSteps = { from: 48, below: 85 };
/** The recorder is played back half a minute after contact. */
const dumpAfterSteps = 6;
/** Keeps the dump within its own slot, and the start of the simulation clear. */
const marginSteps = 120;

/** The loss of signal of the slot that a step lies in: a function of seed and slot alone. */
export function lossOfSignalNear(seed: number, step: number): LossOfSignal {
  const slot = Math.floor(step / slotSteps);
  const random = SeededRandom.for(seed, `loss of signal ${slot}`);
  const length = lengthSteps.from + random.below(lengthSteps.below - lengthSteps.from);
  const startStep = slot * slotSteps + marginSteps + random.below(slotSteps - length - 2 * marginSteps);
  const endStep = startStep + length;
  return { startStep, endStep, dumpStep: endStep + dumpAfterSteps };
}

/** All losses of signal that touch [fromStep, toStep). */
export function lossesOfSignalBetween(seed: number, fromStep: number, toStep: number): LossOfSignal[] {
  const losses: LossOfSignal[] = [];
  for (let step = Math.floor(fromStep / slotSteps) * slotSteps; step < toStep; step += slotSteps)
    losses.push(lossOfSignalNear(seed, step));
  return losses.filter(({ startStep, dumpStep }) => startStep < toStep && dumpStep >= fromStep);
}
