import type { FaultKind, FaultTruth } from '../../../../pipelines/truth.ts';
import { parameterById } from '../../../../pipelines/telemetry/dictionary/parameter-dictionary.ts';
import { stepMs } from '../station.ts';
import { leakSites } from './leak-sites.ts';

/** One fault as the generator applies it: plain data, in steps. */
export interface Fault {
  readonly id: string;
  readonly kind: FaultKind;
  readonly stream: string;
  readonly channelId: string;
  /** Half-open: [startStep, endStep). */
  readonly startStep: number;
  readonly endStep: number;
  /** In sigma of the channel's own noise; null for the kinds without one. */
  readonly amplitudeSigma: number | null;
  readonly sign: 1 | -1;
  /** Of an oscillation. */
  readonly periodSteps: number;
}

/** The record of a fault, for people and for judging detectors. */
export function faultTruth(fault: Fault, epochMs: number): FaultTruth {
  const site = fault.kind === 'leak' ? leakSites.get(fault.channelId) : undefined;
  return {
    id: fault.id,
    kind: fault.kind,
    stream: fault.stream,
    channelIds: [fault.channelId, ...(site?.alsoIds ?? [])],
    startMs: epochMs + fault.startStep * stepMs,
    endMs: epochMs + fault.endStep * stepMs,
    amplitudeSigma: fault.amplitudeSigma,
    coupledStreams: Object.keys(site?.coupledIds ?? {}),
    description: `${parameterById(fault.channelId).name} ${behaviour(fault)}`,
  };
}

function behaviour(fault: Fault): string {
  const by = `${fault.sign > 0 ? '+' : '-'}${fault.amplitudeSigma?.toFixed(1)} sigma`;
  switch (fault.kind) {
    case 'step':
      return `is off by ${by}`;
    case 'drift':
      return `drifts off by ${by}`;
    case 'spike':
      return `jumps by ${by}`;
    case 'noise':
      return `carries added noise of ${fault.amplitudeSigma?.toFixed(1)} sigma`;
    case 'oscillation':
      return `swings by ${fault.amplitudeSigma?.toFixed(1)} sigma every ${(fault.periodSteps * stepMs) / 1000} s`;
    case 'leak':
      return `falls by ${fault.amplitudeSigma?.toFixed(1)} sigma through a leak`;
    case 'stuck':
      return 'is stuck at its last value';
    case 'dropout':
      return 'sends nothing';
    case 'decoupling':
      return 'follows the station of half an hour ago';
  }
}
