import type { FeatureWindows } from '../ports.ts';
import type { ChannelDefinition } from '../telemetry/channel.ts';
import { fillGuesses } from './fill-guesses.ts';
import type { FeatureLayout } from './feature-layout.ts';
import type { ScalerParameters } from './scaler.ts';
import { allocateRawFeatures, transformWindow, type WindowMatrix } from './transform-window.ts';

/**
 * Scaled features are kept within +/- this. Further out everything is equally wrong, squares stay finite in float32, and
 * one wild reading does not push all else off an operator's chart.
 */
export const featureLimit = 1000;

/** Writes one window of engineering values as scaled features into a batch, at an index. */
export type WindowEncoder = (window: WindowMatrix, into: FeatureWindows, index: number) => void;

/** Room for `count` windows, to be filled by a {@link WindowEncoder}. */
export function allocateFeatureWindows(layout: FeatureLayout, count: number): FeatureWindows {
  return {
    count,
    features: new Float32Array(count * layout.rows * layout.features),
    weight: new Uint8Array(count * layout.rows * layout.scoredFeatures),
  };
}

/** Whether a cell counts towards the error, by its mask: missing, carried, observed, guessed. */
const weightOf = Uint8Array.of(0, 1, 1, 0);

/**
 * An encoder for one model: scaled = (feature - center) / scale, within +/- {@link featureLimit}. What is not known is
 * filled with a guess (see fillGuesses), or 0, the middle of what is normal, where nothing is known; either weighs
 * nothing.
 */
export function createWindowEncoder(layout: FeatureLayout, scaler: ScalerParameters): WindowEncoder {
  const { rows, features, scoredFeatures } = layout;
  const center = Float64Array.from(scaler.center);
  const inverse = Float64Array.from(scaler.scale, (scale) => 1 / scale);
  const transform = createTransform(layout);
  const channels = channelsInOrder(layout);
  return (window, into, index) => {
    const { values, mask } = transform(fillGuesses(channels, window));
    const target = into.features.subarray(index * rows * features, (index + 1) * rows * features);
    for (let cell = 0; cell < target.length;) {
      for (let column = 0; column < features; column++, cell++) {
        const scaled = (values[cell]! - center[column]!) * inverse[column]!;
        // Without branches, three times as fast as with them; + 0 makes 0 of a missing cell's -0.
        target[cell] = Math.min(Math.max(scaled, -featureLimit), featureLimit) * Math.min(mask[cell]!, 1) + 0;
      }
    }
    const weight = into.weight.subarray(index * rows * scoredFeatures, (index + 1) * rows * scoredFeatures);
    for (let row = 0, at = 0, cell = 0; row < rows; row++, cell = row * features)
      for (let column = 0; column < scoredFeatures; column++) weight[at++] = weightOf[mask[cell++]!]!;
  };
}

/** The channels of the window's columns. */
function channelsInOrder(layout: FeatureLayout): ChannelDefinition[] {
  return [...layout.scored, ...layout.context]
    .sort((a, b) => a.channel - b.channel)
    .map(({ definition }) => definition);
}

/** The transform of a layout: nothing at all where every channel is real and stands in its own column already. */
function createTransform(layout: FeatureLayout): (window: WindowMatrix) => WindowMatrix {
  const columns = [...layout.scored, ...layout.context];
  if (columns.every(({ definition, channel, offset }) => definition.kind === 'real' && channel === offset))
    return (window) => window;
  const raw = allocateRawFeatures(layout);
  return (window) => {
    transformWindow(layout, window, raw);
    return raw;
  };
}
