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

  /** Adds a fault, which must not begin before the next step; adding it again changes nothing. */
  command(fault: Fault): void {
    if (this.#commanded.every(({ id }) => id !== fault.id)) this.#commanded = [...this.#commanded, fault];
  }

  /** Commanded faults that are not over at a step. */
  commandedSince(step: number): Fault[] {
    return this.#commanded.filter(({ endStep }) => endStep > step);
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
