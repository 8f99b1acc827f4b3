import type { ChannelDefinition, ChannelKind } from '../telemetry/channel.ts';
import type { ChannelColumns, FeatureLayout } from './feature-layout.ts';

type AngleDefinition = Extract<ChannelDefinition, { kind: 'angle' }>;
type CounterDefinition = Extract<ChannelDefinition, { kind: 'counter' }>;
type EnumerationDefinition = Extract<ChannelDefinition, { kind: 'enumeration' }>;

/** A window on the stream's grid in engineering units: rows x channels, row-major, channels in the definition's order. */
export interface WindowMatrix {
  /** Finite; whatever it is where the cell is missing does not matter. */
  readonly values: Float64Array;
  /** 0 missing, 1 carried, 2 observed; 3 guessed, once fillGuesses has been over it. */
  readonly mask: Uint8Array;
}

/** Features before scaling. Both arrays are rows x features, row-major. */
export interface RawFeatures {
  /** 0 where missing. */
  readonly values: Float64Array;
  /** That of the cell which the feature is of: 0 where missing. */
  readonly mask: Uint8Array;
}

/**
 * What stands in for a logarithmic value of 0 or below before the logarithm: the smallest normal float32. Such a reading
 * is far from any other, so it scores high instead of becoming NaN.
 */
export const smallestLogarithmic = 2 ** -126;

/** Room for the unscaled features of one window. */
export function allocateRawFeatures(layout: FeatureLayout): RawFeatures {
  const cells = layout.rows * layout.features;
  return { values: new Float64Array(cells), mask: new Uint8Array(cells) };
}

/**
 * Engineering values to unscaled features: real as it is, logarithmic as log10, an angle as sine and cosine, a counter
 * as the difference to the row before, an enumeration one-hot (all zero for a value that is no declared state).
 *
 * A counter's first row, and each row after a missing one, has no difference and is missing.
 */
export function transformWindow(layout: FeatureLayout, window: WindowMatrix, into: RawFeatures): void {
  for (const columns of layout.scored) transforms[columns.definition.kind](layout, columns, window, into);
  for (const columns of layout.context) transforms[columns.definition.kind](layout, columns, window, into);
}

/** Writes the features of one channel for every row. */
type ChannelTransform = (
  layout: FeatureLayout,
  columns: ChannelColumns,
  window: WindowMatrix,
  into: RawFeatures,
) => void;

const transforms: { readonly [kind in ChannelKind]: ChannelTransform } = {
  real({ rows, channels, features }, { channel, offset }, { values, mask }, into) {
    for (let row = 0, cell = channel, at = offset; row < rows; row++, cell += channels, at += features) {
      const present = mask[cell] !== 0;
      into.values[at] = present ? values[cell]! : 0;
      into.mask[at] = mask[cell]!;
    }
  },

  logarithmic({ rows, channels, features }, { channel, offset }, { values, mask }, into) {
    for (let row = 0, cell = channel, at = offset; row < rows; row++, cell += channels, at += features) {
      const present = mask[cell] !== 0;
      into.values[at] = present ? Math.log10(Math.max(values[cell]!, smallestLogarithmic)) : 0;
      into.mask[at] = mask[cell]!;
    }
  },

  angle({ rows, channels, features }, { channel, offset, definition }, { values, mask }, into) {
    const { period } = definition as AngleDefinition;
    for (let row = 0, cell = channel, at = offset; row < rows; row++, cell += channels, at += features) {
      const present = mask[cell] !== 0;
      const radians = ((values[cell]! % period) / period) * 2 * Math.PI;
      into.values[at] = present ? Math.sin(radians) : 0;
      into.values[at + 1] = present ? Math.cos(radians) : 0;
      into.mask.fill(mask[cell]!, at, at + 2);
    }
  },

  counter({ rows, channels, features }, { channel, offset, definition }, { values, mask }, into) {
    const { rolloverAt } = definition as CounterDefinition;
    for (let row = 0, cell = channel, at = offset; row < rows; row++, cell += channels, at += features) {
      const before = cell - channels;
      const present = row > 0 && mask[cell] !== 0 && mask[before] !== 0;
      into.values[at] = present ? counterStep(values[before]!, values[cell]!, rolloverAt) : 0;
      into.mask[at] = present ? Math.max(mask[before]!, mask[cell]!) : 0;
    }
  },

  enumeration({ rows, channels, features }, { channel, offset, width, definition }, { values, mask }, into) {
    const { states } = definition as EnumerationDefinition;
    for (let row = 0, cell = channel, at = offset; row < rows; row++, cell += channels, at += features) {
      const present = mask[cell] !== 0;
      for (let state = 0; state < width; state++)
        into.values[at + state] = present && states[state]!.value === values[cell] ? 1 : 0;
      into.mask.fill(mask[cell]!, at, at + width);
    }
  },
};

/**
 * How far a counter moved, by serial number arithmetic (RFC 1982): the shorter way round, so that a rollover is a small
 * rise and a small fall stays a small fall. In [-rolloverAt / 2, rolloverAt / 2].
 */
export function counterStep(previous: number, current: number, rolloverAt: number): number {
  const step = ((current % rolloverAt) - (previous % rolloverAt)) % rolloverAt;
  if (step > rolloverAt / 2) return step - rolloverAt;
  if (step < -rolloverAt / 2) return step + rolloverAt;
  return step;
}
