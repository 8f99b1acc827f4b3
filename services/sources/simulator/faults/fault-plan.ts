import type { Fault } from './fault.ts';
import { faultStretch, stretchSteps } from './fault-schedule.ts';

/** All faults of a run: those of the schedule and those that were commanded. */
export class FaultPlan {
  readonly #seed: number;
  /** null where nothing is scheduled. */
  readonly #firstFaultStep: number | null;
  #commanded: readonly Fault[] = [];
  #stretch: { readonly index: number; readonly faults: readonly Fault[] } = { index: -1, faults: [] };

  constructor(seed: number, firstFaultStep: number | null) {
    this.#seed = seed;
    this.#firstFaultStep = firstFaultStep;
  }

  /** Adds a fault, which must not begin before the next step, and says whether it is new: again it changes nothing. */
  command(fault: Fault): boolean {
    if (this.#commanded.some(({ id }) => id === fault.id)) return false;
    this.#commanded = [...this.#commanded, fault];
    return true;
  }

  /** Commanded faults that are not over at a step. */
  commandedSince(step: number): Fault[] {
    return this.#commanded.filter(({ endStep }) => endStep > step);
  }

  /** The scheduled faults that begin with a step. */
  scheduledFor(step: number): Fault[] {
    return this.#scheduled(step).filter(({ startStep }) => startStep === step);
  }

  /** The faults at work in a step. */
  at(step: number): Fault[] {
    const isAtWork = ({ startStep, endStep }: Fault): boolean => step >= startStep && step < endStep;
    return [...this.#scheduled(step).filter(isAtWork), ...this.#commanded.filter(isAtWork)];
  }

  /** The scheduled faults of the stretch that a step lies in: no fault reaches over a stretch's end. */
  #scheduled(step: number): readonly Fault[] {
    if (this.#firstFaultStep === null || step < this.#firstFaultStep) return [];
    const index = Math.floor((step - this.#firstFaultStep) / stretchSteps);
    if (index !== this.#stretch.index)
      this.#stretch = { index, faults: faultStretch(this.#seed, index, this.#firstFaultStep) };
    return this.#stretch.faults;
  }
}
