import type { ChannelDefinition } from '../../../pipelines/telemetry/channel.ts';

/** How far a value is from the truth, in the channel's unit; of an angle, the shorter way round. */
export function apart(channel: ChannelDefinition, value: number, truth: number): number {
  const difference = value - truth;
  if (channel.kind !== 'angle') return difference;
  return difference - channel.period * Math.round(difference / channel.period);
}
