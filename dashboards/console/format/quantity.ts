import type { ChannelDefinition } from '../../../pipelines/telemetry/channel.ts';

const minus = '\u2212';

/** A number with about four significant digits and a fixed count of decimals a magnitude, so that digits stand still. */
export function number(value: number): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return '–';
  if (size !== 0 && (size >= 1e6 || size < 1e-3)) return value.toExponential(2).replaceAll('-', minus);
  return fixed(value, size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : 3);
}

/** A number with its unit. */
export function quantity(value: number, unit: string): string {
  return withUnit(number(value), unit);
}

/** Two numbers to be compared, with their unit and as many decimals as tell them apart. */
export function quantities(one: number, other: number, unit: string): readonly [string, string] {
  const apart = Math.abs(one - other);
  const plain = [number(one), number(other)] as const;
  const told =
    apart === 0 || plain[0] !== plain[1]
      ? plain
      : ([one, other].map((value) => closely(value, apart)) as [string, string]);
  return [withUnit(told[0], unit), withUnit(told[1], unit)];
}

function closely(value: number, apart: number): string {
  return fixed(value, Math.min(9, Math.ceil(-Math.log10(apart)) + 1));
}

function withUnit(text: string, unit: string): string {
  return unit === '' ? text : `${text}\u202f${unitSign(unit)}`;
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
  return fixed(value, value >= 1000 ? 0 : value >= 100 ? 1 : 2);
}

/** How many a day, with two significant digits. */
export function rate(perDay: number): string {
  return perDay < 0.01 ? 'fewer than 0.01' : `${Number(perDay.toPrecision(2))}`;
}

/** A number with so many decimals, and a true minus where it is not naught. */
export function fixed(value: number, decimals: number): string {
  const text = value.toFixed(decimals);
  return Number(text) === 0 ? text.replace('-', '') : text.replace('-', minus);
}

/** Degrees and products as people write them; other units as they come. */
function unitSign(unit: string): string {
  return unit.replace(/^deg(?=[CF]$|\/|$)/, '°').replaceAll('*', '·');
}
