import type { FaultTruth } from '../../../pipelines/truth.ts';
import { duration } from '../format/duration.ts';
import { timeNear } from '../format/station-time.ts';
import { anomalies, chooseStream, status, streams } from '../state/console-state.ts';
import { showEvent } from '../state/time-range.ts';

/** One fault that the simulator injected, and whether it was found. */
export function FaultCard({ fault }: { readonly fault: FaultTruth }) {
  const nowMs = status.value?.stationTimeMs ?? fault.endMs;
  const found = anomalies.value.findLast(({ faults }) => faults.some(({ id }) => id === fault.id));
  return (
    <button type="button" class="card fault-card" onClick={() => choose(fault)}>
      <span class="title">
        <b>{fault.kind}</b>
        <span>{streams.value.get(fault.stream)?.value.name ?? fault.stream}</span>
        <span class="num age">{timeNear(fault.startMs, nowMs)}</span>
      </span>
      <span class="facts">{fault.description}</span>
      <span class="facts">
        {found ? (
          <>
            found after <span class="num">{duration(found.startMs - fault.startMs)}</span>
          </>
        ) : (
          notFound(fault, nowMs)
        )}
      </span>
    </button>
  );
}

/** Nothing is claimed of faults that are older than the anomalies that the page holds. */
function notFound({ startMs, endMs }: FaultTruth, nowMs: number): string {
  if (nowMs < endMs) return 'running, not found yet';
  const oldestMs = anomalies.value.at(-1)?.startMs ?? -Infinity;
  return startMs < oldestMs ? '' : 'no anomaly: not found, or reported as stale or gap';
}

function choose({ stream, startMs, endMs }: FaultTruth): void {
  chooseStream(stream);
  showEvent({ fromMs: startMs, toMs: endMs });
}
