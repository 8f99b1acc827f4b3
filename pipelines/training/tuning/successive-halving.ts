/** One rung: so many trials are fitted for at most so many epochs each. */
export interface Rung {
  readonly trials: number;
  readonly epochs: number;
}

/** What a schedule may spend. */
export interface HalvingBudget {
  /** Fits in all, on one channel each. */
  readonly fits: number;
  /** Channels that every trial is fitted on. */
  readonly channels: number;
  /** Epochs of the last rung: those that a model is trained for in the end. */
  readonly maxEpochs: number;
}

/** Of every so many trials of a rung one goes on, for as many times the epochs. */
export const reduction = 3;
/** Epochs of the first rung at least: after fewer a loss says little about which model is better in the end. */
const leastEpochs = 2;

/**
 * Successive halving (Jamieson and Talwalkar, Non-stochastic Best Arm Identification and Hyperparameter Optimization, AISTATS 2016):
 * many trials get few epochs, the best third of them three times as many, and so on until the last rung has maxEpochs. As many
 * rungs as the epochs allow and the budget can fill, as many trials as it can pay for; always at least one rung of one trial.
 * Ascending in epochs, descending in trials.
 */
export function halvingSchedule({ fits, channels, maxEpochs }: HalvingBudget): readonly Rung[] {
  const affordable = Math.max(1, Math.floor(fits / channels));
  for (let rungs = mostRungs(maxEpochs); rungs > 1; rungs--) {
    const trials = mostTrials(affordable, rungs);
    if (trials >= reduction ** (rungs - 1)) return schedule(trials, rungs, maxEpochs);
  }
  return schedule(affordable, 1, maxEpochs);
}

/** Fits that a schedule comes to, at most. */
export function fitsOf(rungs: readonly Rung[], channels: number): number {
  return channels * rungs.reduce((sum, { trials }) => sum + trials, 0);
}

/** Which trials go on to a rung of so many: those of the least values; of equal ones those that were drawn first. */
export function survivors(
  results: readonly { readonly trial: number; readonly value: number }[],
  count: number,
): number[] {
  return results
    .toSorted((a, b) => (a.value === b.value ? a.trial - b.trial : a.value - b.value))
    .slice(0, count)
    .map(({ trial }) => trial);
}

function mostRungs(maxEpochs: number): number {
  let rungs = 1;
  while (maxEpochs / reduction ** rungs >= leastEpochs) rungs++;
  return rungs;
}

/** Trials of a first rung whose rungs together take no more than this. */
function mostTrials(affordable: number, rungs: number): number {
  let trials = affordable;
  while (trials > 0 && total(trials, rungs) > affordable) trials--;
  return trials;
}

function total(trials: number, rungs: number): number {
  return schedule(trials, rungs, 1).reduce((sum, rung) => sum + rung.trials, 0);
}

function schedule(trials: number, rungs: number, maxEpochs: number): Rung[] {
  return Array.from({ length: rungs }, (_, rung) => ({
    trials: Math.max(1, Math.floor(trials / reduction ** rung)),
    epochs: Math.max(1, Math.round(maxEpochs / reduction ** (rungs - 1 - rung))),
  }));
}
