import type { ChannelStatistics } from '../autoencoders/bundle.ts';
import type { WindowMatrix } from '../features/transform-window.ts';
import type { StreamDefinition } from '../telemetry/stream-definition.ts';

/** What each channel was like in the newest strides of some windows (so that overlap counts a row once), in its own unit. */
export function channelStatistics(
  definition: StreamDefinition,
  strideRows: number,
  windows: readonly WindowMatrix[],
): ChannelStatistics[] {
  return definition.channels.map(({ id }, channel) =>
    statisticsOf(id, present(channel, definition, strideRows, windows)),
  );
}

interface Present {
  readonly values: Float64Array;
  readonly cells: number;
}

function present(
  channel: number,
  definition: StreamDefinition,
  strideRows: number,
  windows: readonly WindowMatrix[],
): Present {
  const width = definition.channels.length;
  const cells = windows.length * strideRows;
  const values = new Float64Array(cells);
  let length = 0;
  for (const { values: matrix, mask } of windows) {
    for (let at = mask.length - strideRows * width + channel; at < mask.length; at += width) {
      if (mask[at] !== 0) values[length++] = matrix[at]!;
    }
  }
  return { values: values.subarray(0, length), cells };
}

function statisticsOf(channelId: string, { values, cells }: Present): ChannelStatistics {
  const n = values.length;
  if (n === 0) return { channelId, mean: 0, standardDeviation: 0, min: 0, max: 0, missingShare: 1 };
  let sum = 0;
  let min = Infinity;
  let max = -Infinity;
  for (const value of values) {
    sum += value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const mean = sum / n;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return { channelId, mean, standardDeviation: Math.sqrt(squares / n), min, max, missingShare: 1 - n / cells };
}
