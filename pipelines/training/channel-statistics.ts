import type { ChannelStatistics } from '../autoencoders/bundle.ts';
import type { WindowMatrix } from '../features/transform-window.ts';
import type { StreamDefinition } from '../telemetry/stream-definition.ts';
import { inputReference, presentValues, stretches } from './drift.ts';

/** What each channel was like in the newest strides of some windows (so that overlap counts a row once), in its own unit. */
export function channelStatistics(
  definition: StreamDefinition,
  strideRows: number,
  windows: readonly WindowMatrix[],
): ChannelStatistics[] {
  const cells = windows.length * strideRows;
  return definition.channels.map(({ id }, channel) => {
    const parts = inParts(windows).map((part) => presentValues(definition, channel, strideRows, part));
    return {
      ...statisticsOf(
        id,
        parts.flatMap((part) => [...part]),
        cells,
      ),
      ...inputReference(parts),
    };
  });
}

/** As many stretches of time as drift is told by. */
function inParts(windows: readonly WindowMatrix[]): (readonly WindowMatrix[])[] {
  const length = Math.ceil(windows.length / stretches);
  return Array.from({ length: stretches }, (_, part) => windows.slice(part * length, (part + 1) * length));
}

function statisticsOf(channelId: string, values: readonly number[], cells: number): ChannelStatistics {
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
