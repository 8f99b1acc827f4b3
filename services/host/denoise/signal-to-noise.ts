import type { ChannelDefinition } from '../../../pipelines/telemetry/channel.ts';
import { apart } from './apart.ts';

/** How a channel's noise fares, in dB. */
export interface NoiseFigures {
  readonly channelId: string;
  readonly name: string;
  readonly unit: string;
  /** Standard deviation of what was observed about what is true, in the channel's unit, and of what the model gives. */
  readonly noiseIn: number;
  readonly noiseOut: number;
  /** 10 log10 of the variance of what is true over the mean squared error: observed, and by the model. */
  readonly snrIn: number;
  readonly snrOut: number;
  /** By which the mean squared error fell: by the model, and by rivals that look at the channel alone. */
  readonly gain: number;
  readonly lastValueGain: number;
  /** Centred moving averages over {@link averageRows} rows, in that order. */
  readonly averageGains: readonly number[];
}

/** Rows of the moving averages that stand beside a model. */
export const averageRows = [5, 9, 17, 33] as const;

/** Columns of one channel, of equal length. */
export interface ChannelColumnsOfTruth {
  readonly observed: Float64Array;
  readonly clean: Float64Array;
  readonly denoised: Float64Array;
}

/** The figures of a channel over the rows where all three are known. */
export function noiseFigures(channel: ChannelDefinition, columns: ChannelColumnsOfTruth): NoiseFigures {
  const period = channel.kind === 'angle' ? channel.period : null;
  const known = [...columns.observed.keys()].filter(
    (row) => Number.isFinite(columns.observed[row]!) && Number.isFinite(columns.denoised[row]!),
  );
  const of = (column: Float64Array): Float64Array =>
    unwrapped(
      Float64Array.from(known, (row) => column[row]!),
      period,
    );
  const [observed, clean, denoised] = [of(columns.observed), of(columns.clean), of(columns.denoised)];
  const error = (given: Float64Array): number => meanSquared(channel, given, clean);
  const noise = error(observed);
  const signal = variance(clean);
  return {
    channelId: channel.id,
    name: channel.name,
    unit: channel.unit,
    noiseIn: Math.sqrt(noise),
    noiseOut: Math.sqrt(error(denoised)),
    snrIn: decibels(signal, noise),
    snrOut: decibels(signal, error(denoised)),
    gain: decibels(noise, error(denoised)),
    lastValueGain: decibels(noise, error(delayed(observed))),
    averageGains: averageRows.map((rows) => decibels(noise, error(movingAverage(observed, rows)))),
  };
}

function decibels(of: number, over: number): number {
  return 10 * Math.log10(of / over);
}

function variance(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}

function meanSquared(channel: ChannelDefinition, given: Float64Array, truth: Float64Array): number {
  return given.reduce((sum, value, row) => sum + apart(channel, value, truth[row]!) ** 2, 0) / given.length;
}

/** An angle's course without its jumps at the full turn. */
function unwrapped(values: Float64Array, period: number | null): Float64Array {
  if (period === null) return values;
  let turns = 0;
  return values.map((value, row) => {
    if (row > 0) turns -= Math.round((value - values[row - 1]!) / period);
    return value + turns * period;
  });
}

function delayed(values: Float64Array): Float64Array {
  return values.map((_, row) => values[Math.max(0, row - 1)]!);
}

/** The mean of the rows up to `rows / 2` away; of those that there are at the ends. */
function movingAverage(values: Float64Array, rows: number): Float64Array {
  const half = (rows - 1) / 2;
  return values.map((_, row) => {
    const part = values.subarray(Math.max(0, row - half), row + half + 1);
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
}
