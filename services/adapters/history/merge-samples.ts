import type { SampleBatch } from '../../../pipelines/telemetry/sample-batch.ts';
import type { TimedValues } from './decimate.ts';

/** The samples of several channels, each ascending, as one batch that is ascending. */
export function sampleColumns(
  channels: readonly { readonly channel: number; readonly columns: TimedValues }[],
): Pick<SampleBatch, 'channel' | 'eventTimeMs' | 'value'> {
  let runs = channels.map(({ channel, columns: { timeMs, values } }) => ({
    channel: new Uint16Array(timeMs.length).fill(channel),
    eventTimeMs: timeMs,
    value: values instanceof Float64Array ? values : Float64Array.from(values),
  }));
  while (runs.length > 1) {
    runs = Array.from({ length: Math.ceil(runs.length / 2) }, (_, i) => {
      const [first, second] = [runs[2 * i]!, runs[2 * i + 1]];
      return second ? mergedByTime(first, second) : first;
    });
  }
  return runs[0] ?? { channel: new Uint16Array(0), eventTimeMs: new Float64Array(0), value: new Float64Array(0) };
}

type Run = { channel: Uint16Array<ArrayBuffer>; eventTimeMs: Float64Array; value: Float64Array };

function mergedByTime(a: Run, b: Run): Run {
  const count = a.value.length + b.value.length;
  const merged = {
    channel: new Uint16Array(count),
    eventTimeMs: new Float64Array(count),
    value: new Float64Array(count),
  };
  let [fromA, fromB] = [0, 0];
  for (let i = 0; i < count; i++) {
    const takeA =
      fromB === b.value.length || (fromA < a.value.length && a.eventTimeMs[fromA]! <= b.eventTimeMs[fromB]!);
    const from = takeA ? a : b;
    const at = takeA ? fromA++ : fromB++;
    merged.channel[i] = from.channel[at]!;
    merged.eventTimeMs[i] = from.eventTimeMs[at]!;
    merged.value[i] = from.value[at]!;
  }
  return merged;
}
