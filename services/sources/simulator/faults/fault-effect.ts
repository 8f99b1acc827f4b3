import type { SeededRandom } from '../../../../pipelines/random.ts';
import type { Fault } from './fault.ts';

/**
 * What a fault adds to a measured value, in sigma of the channel's own noise: step a, drift a growing from 0, spike a,
 * noise a * N(0, 1), oscillation a * sin. The other kinds act elsewhere: leak and decoupling on what is true, stuck and
 * dropout on what is sent.
 */
export function addedSigma(fault: Fault, step: number, random: SeededRandom): number {
  const amplitude = fault.amplitudeSigma ?? 0;
  const elapsed = step - fault.startStep;
  switch (fault.kind) {
    case 'step':
    case 'spike':
      return fault.sign * amplitude;
    case 'drift':
      return (fault.sign * amplitude * (elapsed + 1)) / (fault.endStep - fault.startStep);
    case 'noise':
      return amplitude * random.normal();
    case 'oscillation':
      return fault.sign * amplitude * Math.sin((2 * Math.PI * (elapsed + 0.5)) / fault.periodSteps);
    case 'stuck':
    case 'dropout':
    case 'leak':
    case 'decoupling':
      return 0;
  }
}
