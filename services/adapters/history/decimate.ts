import type { HistorySeries, TimeRange } from '../../../pipelines/ports.ts';

/** One value at each time, ascending. */
export interface TimedValues {
  readonly timeMs: Float64Array;
  readonly values: Float32Array | Float64Array;
}

/**
 * At most `maxPoints` points of a series that is ascending in time: as it is where it has no more, else the least and the
 * greatest value of each of `maxPoints` equal parts of the range, at the time of the part's first value. Empty parts
 * have no point.
 */
export function decimate({ timeMs, values }: TimedValues, range: TimeRange, maxPoints: number): HistorySeries {
  const value = values instanceof Float64Array ? values : Float64Array.from(values);
  if (timeMs.length <= maxPoints) return { timeMs, min: value, max: value };
  const fromMs = Number.isFinite(range.fromMs) ? range.fromMs : timeMs[0]!;
  const toMs = Number.isFinite(range.toMs) ? range.toMs : timeMs.at(-1)! + 1;
  const partMs = (toMs - fromMs) / maxPoints;
  const time = new Float64Array(maxPoints);
  const min = new Float64Array(maxPoints);
  const max = new Float64Array(maxPoints);
  let points = 0;
  let current = -1;
  for (let i = 0; i < timeMs.length; i++) {
    const part = Math.min(Math.floor((timeMs[i]! - fromMs) / partMs), maxPoints - 1);
    if (part !== current) {
      current = part;
      time[points] = timeMs[i]!;
      min[points] = max[points] = value[i]!;
      points++;
    } else if (value[i]! < min[points - 1]!) min[points - 1] = value[i]!;
    else if (value[i]! > max[points - 1]!) max[points - 1] = value[i]!;
  }
  return { timeMs: time.subarray(0, points), min: min.subarray(0, points), max: max.subarray(0, points) };
}
