import type { ChannelDefinition } from '../telemetry/channel.ts';
import type { ChannelColumns, FeatureLayout } from './feature-layout.ts';
import type { ScalerParameters } from './scaler.ts';
import { allocateRawFeatures, transformWindow, type WindowMatrix } from './transform-window.ts';

/**
 * `standard`: mean and standard deviation. `robust`: median and MAD, unmoved by up to half the rows being wrong.
 * `min-max`: what training saw lies in [0, 1].
 */
export type ScalerMethod = 'standard' | 'robust' | 'min-max';

/**
 * The least scale of a scored column, as a share of the size of its center and absolutely. 1e-6 is some ten float32
 * steps, the precision that telemetry mostly comes in: below it lies only rounding, and anything above it counts as
 * movement, so that a channel that stood still in training scores high as soon as it moves.
 */
const scaleFloor = { ofCenter: 1e-6, absolute: 1e-9 };

/**
 * Scale of a column that training could teach nothing about: a context column that stood still, or a column never seen
 * (or of numbers too large to average). It makes the feature 0, so that a model with untrained weights there is not thrown by it.
 */
export const unlearntScale = 1e30;

/** Rows beyond which windows are thinned out: enough for three digits of a median, and little to sort. */
const maxRows = 100_000;

/**
 * Fits the scaler on training windows, given in engineering units. Of each window the newest stride is taken, and all of
 * the first, so that overlapping windows count a row once.
 *
 * One-hot columns are left as they are (center 0, scale 1). No scored channel's scale is below its `leastDeviation`.
 */
export function fitScaler(
  layout: FeatureLayout,
  method: ScalerMethod,
  windows: readonly WindowMatrix[],
): ScalerParameters {
  const columns = collectColumns(layout, windows);
  const center = Array.from<number>({ length: layout.features }).fill(0);
  const scale = Array.from<number>({ length: layout.features }).fill(1);
  const fit = ({ definition, offset, width }: ChannelColumns): void => {
    if (definition.kind === 'enumeration') return;
    const fitted = columns.slice(offset, offset + width).map((column) => fitColumn(column, method, definition));
    // One scale for sine and cosine: a step of an angle is then as long wherever it points.
    const widest = Math.max(...fitted.map((column) => column.scale));
    fitted.forEach((column, index) => {
      center[offset + index] = column.center;
      scale[offset + index] = widest;
    });
  };
  for (const channel of layout.scored) fit(channel);
  for (const channel of layout.context) fit(channel);
  return { center, scale };
}

/** The present values of each feature column, unscaled. */
function collectColumns(layout: FeatureLayout, windows: readonly WindowMatrix[]): readonly Float64Array[] {
  const { rows, strideRows, features } = layout;
  const step = Math.max(1, Math.ceil((windows.length * strideRows) / maxRows));
  const room = rows + Math.ceil(windows.length / step) * strideRows;
  const columns = Array.from({ length: features }, () => new Float64Array(room));
  const lengths = new Uint32Array(features);
  const raw = allocateRawFeatures(layout);
  for (let index = 0; index < windows.length; index += step) {
    transformWindow(layout, windows[index]!, raw);
    const firstRow = index === 0 ? 0 : rows - strideRows;
    for (let cell = firstRow * features; cell < rows * features; cell++) {
      const column = cell % features;
      if (raw.mask[cell] !== 0) columns[column]![lengths[column]!++] = raw.values[cell]!;
    }
  }
  return columns.map((column, index) => column.subarray(0, lengths[index]));
}

function fitColumn(
  values: Float64Array,
  method: ScalerMethod,
  { kind, role, leastDeviation = 0 }: ChannelDefinition,
): { center: number; scale: number } {
  if (values.length === 0) return { center: 0, scale: unlearntScale };
  const { center, spread } = spreadBy[method](values);
  if (!Number.isFinite(spread)) return { center: 0, scale: unlearntScale };
  const floor = Math.max(Math.abs(center) * scaleFloor.ofCenter, scaleFloor.absolute);
  if (role !== 'scored') return { center, scale: spread >= floor ? spread : unlearntScale };
  // Of other kinds the features are not in the channel's unit.
  const least = kind === 'real' || kind === 'counter' ? leastDeviation : 0;
  return { center, scale: Math.max(spread, floor, least) };
}

interface Spread {
  readonly center: number;
  readonly spread: number;
}

/** Mean and population standard deviation, in two passes. */
function meanAndDeviation(values: Float64Array): Spread {
  const center = mean(values, (value) => value);
  return { center, spread: Math.sqrt(mean(values, (value) => (value - center) ** 2)) };
}

/**
 * Median and MAD x 1.4826; where the MAD is 0 because most rows hold one value, the mean absolute deviation x 1.2533
 * takes its place. Both factors make it the standard deviation for a normal distribution (Iglewicz and Hoaglin, How to
 * Detect and Handle Outliers, 1993).
 */
function medianAndDeviation(values: Float64Array): Spread {
  const center = median(Float64Array.from(values));
  const deviations = Float64Array.from(values, (value) => Math.abs(value - center));
  const meanDeviation = mean(deviations, (deviation) => deviation);
  const medianDeviation = median(deviations);
  return { center, spread: medianDeviation > 0 ? 1.4826 * medianDeviation : 1.2533 * meanDeviation };
}

/** The least value, and how far the greatest is from it. */
function leastAndRange(values: Float64Array): Spread {
  const least = values.reduce((least, value) => Math.min(least, value));
  return { center: least, spread: values.reduce((most, value) => Math.max(most, value)) - least };
}

const spreadBy: Readonly<Record<ScalerMethod, (values: Float64Array) => Spread>> = {
  standard: meanAndDeviation,
  robust: medianAndDeviation,
  'min-max': leastAndRange,
};

function mean(values: Float64Array, of: (value: number) => number): number {
  let sum = 0;
  for (const value of values) sum += of(value);
  return sum / values.length;
}

/** Sorts its argument. */
function median(values: Float64Array): number {
  values.sort();
  const middle = values.length >> 1;
  return values.length % 2 === 1 ? values[middle]! : (values[middle - 1]! + values[middle]!) / 2;
}
