import type { ChannelDefinition } from '../telemetry/channel.ts';
import type { WindowMatrix } from './transform-window.ts';

/** Mask of a cell that nobody observed, filled so that a model has something plausible to see; it counts for nothing. */
export const guessed = 3;

/**
 * Fills what is not known of a window, so that a loss of signal at its edge does not look like a sudden jump to the
 * middle of what is normal. Known is what was observed and, on a channel that is sent on change, what is carried; the
 * rest is interpolated between known neighbours (held, at the window's edges and for values that do not add up). Channels
 * of which nothing is known stay missing.
 *
 * Returns the window itself where all of it is known.
 */
export function fillGuesses(channels: readonly ChannelDefinition[], window: WindowMatrix): WindowMatrix {
  let filled: WindowMatrix | null = null;
  for (let c = 0; c < channels.length; c++) {
    const least = channels[c]!.onChange ? 1 : 2;
    if (isKnown(window.mask, c, channels.length, least)) continue;
    filled ??= { values: window.values.slice(), mask: window.mask.slice() };
    fillChannel(filled, c, channels.length, least, channels[c]!.kind === 'real');
  }
  return filled ?? window;
}

function isKnown(mask: Uint8Array, channel: number, width: number, least: number): boolean {
  for (let cell = channel; cell < mask.length; cell += width) if (mask[cell]! < least) return false;
  return true;
}

function fillChannel(
  { values, mask }: WindowMatrix,
  channel: number,
  width: number,
  least: number,
  interpolates: boolean,
): void {
  let before = -1;
  for (let cell = channel; cell < mask.length; cell += width) {
    if (mask[cell]! < least) continue;
    fillBetween(values, mask, before, cell, channel, width, interpolates);
    before = cell;
  }
  if (before >= 0) fillBetween(values, mask, before, -1, channel, width, interpolates);
  else for (let cell = channel; cell < mask.length; cell += width) mask[cell] = 0;
}

/** Fills the cells between two known ones; -1 where there is none on that side. */
function fillBetween(
  values: Float64Array,
  mask: Uint8Array,
  before: number,
  after: number,
  channel: number,
  width: number,
  interpolates: boolean,
): void {
  const from = before < 0 ? channel : before + width;
  const to = after < 0 ? mask.length : after;
  const first = values[before < 0 ? after : before]!;
  const rise = interpolates && before >= 0 && after >= 0 ? (values[after]! - first) / (after - before) : 0;
  for (let cell = from; cell < to; cell += width) {
    values[cell] = first + rise * (cell - before);
    mask[cell] = guessed;
  }
}
