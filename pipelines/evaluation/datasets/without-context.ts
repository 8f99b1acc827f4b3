import type { Recording } from './recording.ts';

/** A recording without its context channels. */
export function withoutContext(recording: Recording): Recording {
  const { definition, timeMs, values } = recording;
  const { channels } = definition;
  const scored = [...channels.keys()].filter((column) => channels[column]!.role === 'scored');
  if (scored.length === channels.length) return recording;
  const kept = new Float64Array(timeMs.length * scored.length);
  for (let cell = 0, row = 0; row < timeMs.length; row++)
    for (const column of scored) kept[cell++] = values[row * channels.length + column]!;
  return {
    ...recording,
    definition: { ...definition, channels: scored.map((column) => channels[column]!) },
    values: kept,
  };
}
