import type { StreamDefinition } from '../telemetry/stream-definition.ts';
import { decodeReconstruction } from './decode-reconstruction.ts';
import { featureLayout, type FeatureLayout } from './feature-layout.ts';
import type { ScalerParameters } from './scaler.ts';
import type { WindowMatrix } from './transform-window.ts';
import { inWholeWindows } from './whole-window.ts';

/** Windows of scored channels in their own units. */
export interface MadeWindows {
  readonly count: number;
  readonly rows: number;
  /** Scored channels, in the definition's order. */
  readonly channelIds: readonly string[];
  /** count x rows x channels, row-major; NaN where nothing can be said. */
  readonly values: Float32Array;
}

/**
 * Windows that no telemetry stands behind, in channel units: `features` is count x rows x scoredFeatures in scaled units.
 * What a counter gives is how far it moves, so its course is drawn from 0 on. Angles lie in [0, period).
 */
export function decodeMadeWindows(
  definition: StreamDefinition,
  scaler: ScalerParameters,
  features: Float32Array,
): MadeWindows {
  const layout = featureLayout(inWholeWindows(definition));
  const { rows, scored, scoredFeatures } = layout;
  const count = features.length / (rows * scoredFeatures);
  const values = new Float32Array(count * rows * scored.length);
  for (let window = 0; window < count; window++) {
    const own = features.slice(window * rows * scoredFeatures, (window + 1) * rows * scoredFeatures);
    const decoded = decodeReconstruction(layout, scaler, own, countersFromZero(layout, scaler, own));
    values.set(decoded, window * rows * scored.length);
  }
  return { count, rows, channelIds: scored.map(({ definition: { id } }) => id), values };
}

/** A window of which nothing is known but its counters, which are what their steps add up to. */
function countersFromZero(layout: FeatureLayout, scaler: ScalerParameters, features: Float32Array): WindowMatrix {
  const { rows, channels, scoredFeatures, scored } = layout;
  const window = { values: new Float64Array(rows * channels), mask: new Uint8Array(rows * channels) };
  for (const { channel, offset, definition } of scored) {
    if (definition.kind !== 'counter') continue;
    for (let row = 0, value = 0; row < rows; row++) {
      if (row > 0) value += features[row * scoredFeatures + offset]! * scaler.scale[offset]! + scaler.center[offset]!;
      window.values[row * channels + channel] = value;
      window.mask[row * channels + channel] = 1;
    }
  }
  return window;
}
