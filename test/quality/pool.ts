import { faultKinds, type FaultKind } from '../../pipelines/truth.ts';
import type { RunSummary } from '../../services/host/summary.ts';

/** The figures of several runs together. */
export interface PooledQuality {
  readonly seeds: readonly number[];
  readonly simulatedHours: number;
  readonly byKind: Readonly<Record<FaultKind, { injected: number; detected: number }>>;
  /** Over all faults but spikes. */
  readonly detectedShare: number;
  readonly falseAnomaliesPerHour: number;
  readonly topContributorShare: number;
  readonly medianDelayMs: number;
  readonly missed: readonly string[];
  readonly false: readonly string[];
}

/** Counts of all runs together. */
export function pool(seeds: readonly number[], summaries: readonly RunSummary[]): PooledQuality {
  const total = (figure: (summary: RunSummary) => number): number =>
    summaries.reduce((sum, one) => sum + figure(one), 0);
  const byKind = Object.fromEntries(
    faultKinds.map((kind) => [
      kind,
      {
        injected: total(({ byKind }) => byKind[kind].injected),
        detected: total(({ byKind }) => byKind[kind].detected),
      },
    ]),
  ) as PooledQuality['byKind'];
  const judged = faultKinds.filter((kind) => kind !== 'spike').map((kind) => byKind[kind]);
  const simulatedHours = total(({ simulatedSeconds }) => simulatedSeconds) / 3600;
  const delays = summaries.flatMap(({ faults }) =>
    faults.flatMap(({ delayMs }) => (delayMs === null ? [] : [delayMs])),
  );
  return {
    seeds,
    simulatedHours,
    byKind,
    detectedShare: sumOf(judged, 'detected') / sumOf(judged, 'injected'),
    falseAnomaliesPerHour: total(({ falseAnomalies }) => falseAnomalies) / simulatedHours,
    topContributorShare: total((one) => one.topContributorHits) / total((one) => one.detectedByAnomaly),
    medianDelayMs: delays.sort((a, b) => a - b)[Math.floor((delays.length - 1) / 2)] ?? Number.NaN,
    missed: summaries.flatMap(({ faults }, index) =>
      faults
        .filter(({ detectedBy }) => detectedBy === null)
        .map(
          ({ kind, stream, channelIds, amplitudeSigma }) =>
            `seed ${seeds[index]}: ${kind} ${amplitudeSigma?.toFixed(1) ?? ''} ${stream} ${channelIds[0]}`,
        ),
    ),
    false: summaries.flatMap(({ falseAnomalyIds }, index) =>
      falseAnomalyIds.map((id) => `seed ${seeds[index]}: ${id}`),
    ),
  };
}

function sumOf<K extends string>(items: readonly Record<K, number>[], key: K): number {
  return items.reduce((sum, item) => sum + item[key], 0);
}
