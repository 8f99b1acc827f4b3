import type { StreamState, StreamSummary } from '../../../services/console/api.ts';
import { shortDuration } from './duration.ts';

/** Astro's status symbols, best first: a colour and a shape each. */
export const symbols = ['off', 'standby', 'normal', 'caution', 'serious', 'critical'] as const;

export type StatusSymbol = (typeof symbols)[number];

const bySteadyState: Readonly<Record<Exclude<StreamState, 'anomalous'>, StatusSymbol>> = {
  unmodelled: 'off',
  gap: 'off',
  stale: 'off',
  'warming-up': 'standby',
  normal: 'normal',
};

/** The symbol of a score so many times its threshold: until alarms bring severities, excess stands for severity. */
export function excessSymbol(ratio: number): StatusSymbol {
  if (ratio <= 1) return 'normal';
  return ratio < 2 ? 'caution' : ratio < 5 ? 'serious' : 'critical';
}

/** The symbol of a stream. */
export function streamSymbol({ state, openAnomaly }: Pick<StreamSummary, 'state' | 'openAnomaly'>): StatusSymbol {
  return state === 'anomalous' ? excessSymbol(openAnomaly?.peakRatio ?? 1.01) : bySteadyState[state];
}

/** What a stream is doing, in a few words; empty where its score says more. */
export function stateWords(stream: StreamSummary): string {
  switch (stream.state) {
    case 'gap':
      return 'no signal';
    case 'stale':
      return `${stream.staleChannelIds.length} stale`;
    case 'unmodelled':
      return 'waiting';
    case 'warming-up':
      return shortDuration(stream.remainingMs ?? 0);
    case 'anomalous':
    case 'normal':
      return stream.model?.trained === false ? 'learning' : '';
  }
}
