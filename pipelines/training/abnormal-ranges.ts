import type { AnomalyEvent } from '../alarms/anomaly-event.ts';
import type { ModelSetting, Verdict } from '../commands.ts';
import type { TimeRange } from '../ports.ts';
import { intersection, lengthMs, union, without } from './time-ranges.ts';

/** What is known of a stretch of a stream's past. */
export interface KnownPast {
  /** Ascending by start, their newest states. */
  readonly anomalies: readonly AnomalyEvent[];
  /** In the order in which they were given. */
  readonly verdicts: readonly Verdict[];
}

/**
 * The times that must not teach what is normal. Of each moment the newest verdict says: `anomaly` and `unsure` leave it out,
 * `normal` keeps it even if it alarmed, `note` says nothing. Where there is no verdict, anomalies are left out, and an open one
 * has no end yet.
 */
export function abnormalRanges({ anomalies, verdicts }: KnownPast): TimeRange[] {
  let ranges = union(
    anomalies.map(({ type, startMs, endMs }) => ({ fromMs: startMs, toMs: type === 'closed' ? endMs : Infinity })),
  );
  for (const { judgement, fromMs, toMs } of verdicts) {
    if (judgement === 'normal') ranges = without(ranges, { fromMs, toMs });
    else if (judgement !== 'note') ranges = union([...ranges, { fromMs, toMs }]);
  }
  return ranges;
}

/**
 * Models that found more than `suspectShare` of the time abnormal that they governed within a range: that says more about
 * them than about the craft, so what they found is not held against it. `governing` ascends in time.
 */
export function distrustedModels(
  anomalies: readonly AnomalyEvent[],
  governing: readonly Pick<ModelSetting, 'modelVersion' | 'effectiveFromMs'>[],
  range: TimeRange,
  suspectShare: number,
): string[] {
  const governed = Map.groupBy(
    governing.map(({ modelVersion, effectiveFromMs }, index) => ({
      modelVersion,
      fromMs: effectiveFromMs,
      toMs: governing[index + 1]?.effectiveFromMs ?? Infinity,
    })),
    ({ modelVersion }) => modelVersion,
  );
  return [...governed].flatMap(([modelVersion, reigns]) => {
    const governedMs = lengthMs(intersection(union(reigns), range));
    const found = union(
      anomalies
        .filter((anomaly) => anomaly.modelVersion === modelVersion)
        .map(({ startMs, endMs }) => ({ fromMs: startMs, toMs: endMs })),
    );
    return lengthMs(intersection(found, range)) > suspectShare * governedMs ? [modelVersion] : [];
  });
}
