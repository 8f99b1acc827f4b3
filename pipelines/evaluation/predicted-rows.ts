import { locatedSpan, type AnomalyEvent } from '../alarms/anomaly-event.ts';
import { rowRangesOfFlags, type RowRange } from './datasets/row-range.ts';

/** The rows, whose times need not ascend, of anomalies: where they are located, or else of all of their strides. */
export function predictedRows(
  timeMs: Float64Array,
  anomalies: readonly Pick<AnomalyEvent, 'startMs' | 'endMs' | 'located'>[],
): RowRange[] {
  const spans = anomalies.map(locatedSpan);
  const isIn = (time: number): boolean => spans.some(({ fromMs, toMs }) => fromMs <= time && time < toMs);
  return rowRangesOfFlags(Uint8Array.from(timeMs, (time) => (isIn(time) ? 1 : 0)));
}
