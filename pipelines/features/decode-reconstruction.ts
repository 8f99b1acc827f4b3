import { unlearntScale } from './fit-scaler.ts';
import type { ChannelColumns, FeatureLayout } from './feature-layout.ts';
import type { ScalerParameters } from './scaler.ts';
import type { WindowMatrix } from './transform-window.ts';

/**
 * The reconstruction of a window's newest stride in engineering units: strideRows x scored channels, row-major, as it
 * stands in a score event.
 *
 * `reconstruction` is strideRows x scoredFeatures in scaled units, and is overwritten (it is the result, where all
 * channels are real); `window` is the one that was scored. An enumeration is given as its likeliest state; a counter as
 * the value of the row before plus the reconstructed difference; what wraps, on the turn nearest to the value observed,
 * so that both can be drawn on one axis. NaN for a counter whose row before is missing, and for a channel never seen in
 * training.
 */
export function decodeReconstruction(
  layout: FeatureLayout,
  scaler: ScalerParameters,
  reconstruction: Float32Array,
  window: WindowMatrix,
): Float32Array {
  const { rows, strideRows, channels, scored, scoredFeatures } = layout;
  unscale(scaler, scoredFeatures, reconstruction);
  if (scored.every(({ definition }) => definition.kind === 'real')) return reconstruction;
  const decoded = new Float32Array(strideRows * scored.length);
  scored.forEach((columns, index) => {
    for (let row = 0; row < strideRows; row++) {
      const at = row * scoredFeatures + columns.offset;
      const cell = (rows - strideRows + row) * channels + columns.channel;
      decoded[row * scored.length + index] = decodeCell(columns, reconstruction, at, window, cell, channels);
    }
  });
  return decoded;
}

/** Scaled features to unscaled ones, in place. */
function unscale(scaler: ScalerParameters, columns: number, features: Float32Array): void {
  for (let column = 0; column < columns; column++) {
    const center = scaler.center[column]!;
    const scale = scaler.scale[column] === unlearntScale ? Number.NaN : scaler.scale[column]!;
    for (let at = column; at < features.length; at += columns) features[at] = features[at]! * scale + center;
  }
}

function decodeCell(
  { definition, width }: ChannelColumns,
  features: Float32Array,
  at: number,
  window: WindowMatrix,
  cell: number,
  channels: number,
): number {
  const feature = features[at]!;
  switch (definition.kind) {
    case 'real':
      return feature;
    case 'logarithmic':
      return 10 ** feature;
    case 'counter': {
      const before = cell - channels;
      if (before < 0 || window.mask[before] === 0) return Number.NaN;
      return onTurn(window.values[before]! + feature, window, cell, definition.rolloverAt);
    }
    case 'angle': {
      const turns = Math.atan2(feature, features[at + 1]!) / (2 * Math.PI);
      return onTurn(turns * definition.period, window, cell, definition.period);
    }
    case 'enumeration': {
      let likeliest = 0;
      for (let state = 1; state < width; state++)
        if (features[at + state]! > features[at + likeliest]!) likeliest = state;
      return definition.states[likeliest]!.value;
    }
  }
}

/** A value that wraps at `period`, on the turn nearest to what was observed in the cell, or else in [0, period). */
function onTurn(value: number, { values, mask }: WindowMatrix, cell: number, period: number): number {
  const turns = mask[cell] === 0 ? -Math.floor(value / period) : Math.round((values[cell]! - value) / period);
  return value + turns * period;
}
