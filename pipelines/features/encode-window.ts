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
  const cells = layout.rows * layout.features;
  const weights = layout.rows * layout.scoredFeatures;
  const scale = createScale(layout, scaler);
  const transform = createTransform(layout);
  const channels = channelsInOrder(layout);
  return (window, into, index) => {
    const raw = transform(fillGuesses(channels, window));
    const features = into.features.subarray(index * cells, (index + 1) * cells);
    const weight = into.weight.subarray(index * weights, (index + 1) * weights);
    scale(raw.values, features);
    // It is the very window only where nothing was guessed and nothing transformed: then everything is known.
    if (raw === window) weight.fill(1);
    else weigh(layout, raw.mask, features, weight);
  };
}

/** Scales and limits all cells, whatever is known of them: column by column, twice as fast as row by row. */
function createScale(
  { features }: FeatureLayout,
  scaler: ScalerParameters,
): (values: Float64Array, into: Float32Array) => void {
  const centers = Float64Array.from(scaler.center);
  const inverses = Float64Array.from(scaler.scale, (scale) => 1 / scale);
  return (values, into) => {
    for (let column = 0; column < features; column++) {
      const center = centers[column]!;
      const inverse = inverses[column]!;
      for (let cell = column; cell < into.length; cell += features) {
        into[cell] = Math.min(Math.max((values[cell]! - center) * inverse, -featureLimit), featureLimit);
      }
    }
  };
}

/** Makes 0 of what is missing, and weighs what counts. */
function weigh(
  { features, scoredFeatures }: FeatureLayout,
  mask: Uint8Array,
  into: Float32Array,
  weight: Uint8Array,
): void {
  for (let row = 0, at = 0; row < mask.length; row += features)
    for (let column = 0; column < features; column++) {
      const known = mask[row + column]!;
      if (known === 0) into[row + column] = 0;
      if (column < scoredFeatures) weight[at++] = weightOf[known]!;
    }
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
