import type { ChannelDefinition } from '../../../pipelines/telemetry/channel.ts';

/** A number with about four significant digits and a fixed count of decimals a magnitude, so that digits stand still. */
export function number(value: number): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return '–';
  if (size !== 0 && (size >= 1e6 || size < 1e-3)) return minus(value.toExponential(2));
  return minus(value.toFixed(size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : 3));
}

/** A number with its unit. */
export function quantity(value: number, unit: string): string {
  return unit === '' ? number(value) : `${number(value)}\u202f${unit}`;
}

/** A channel's value: the state's label for enumerations, else number and unit. */
export function channelValue(channel: ChannelDefinition, value: number): string {
  if (channel.kind !== 'enumeration') return quantity(value, channel.unit);
  return channel.states.find((state) => state.value === Math.round(value))?.label ?? number(value);
}

/** A share as a whole percentage, or with a decimal where that would hide that it is not all. */
export function percent(share: number): string {
  const hundredths = share * 100;
  return `${hundredths > 99 && hundredths < 100 ? hundredths.toFixed(1) : hundredths.toFixed(0)}\u202f%`;
}

/** An anomaly score. */
export function score(value: number): string {
  return minus(value >= 1000 ? value.toFixed(0) : value >= 100 ? value.toFixed(1) : value.toFixed(2));
}

function minus(text: string): string {
  return text.replace('-', '\u2212');
}
