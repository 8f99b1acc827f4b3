import type { BundleManifest } from '../../autoencoders/bundle.ts';
import type { OnnxGraphReader } from '../../autoencoders/onnx-graph-reader.ts';
import { onnxNames } from '../../autoencoders/onnx-export.ts';
import { unitWeights, type UnitWeights } from '../../autoencoders/unit-weights.ts';
import { featureLayout, type FeatureLayout } from '../../features/feature-layout.ts';
import type { WindowMatrix } from '../../features/transform-window.ts';
import { unitActivity, type UnitActivity } from '../activating-windows.ts';
import type { ActivatedWindow } from './activated-window.ts';

/** Units that a card shows at most: those that move most. */
const mostUnits = 32;
/** Windows that a unit is shown on, and channels of them that are drawn. */
const windowsEach = 3;
const channelsEach = 3;

/** Latent units, as many as a card shows. */
export interface LatentUnits {
  /** How many there are. */
  readonly units: number;
  /** Windows that they were seen to answer to. */
  readonly windows: number;
  /** What the columns of weights are of; empty where no weights are shown. */
  readonly columns: readonly string[];
  /** Weights of hidden layers, multiplied as if these were linear. */
  readonly isProduct: boolean;
  readonly shown: readonly LatentUnit[];
}

export interface LatentUnit {
  readonly unit: number;
  /** rows x columns, row-major: what the unit takes of a window in scaled units; null where layers are not dense. */
  readonly weights: readonly number[] | null;
  /** Over the windows; null where there were none. */
  readonly activity: { readonly median: number; readonly least: number; readonly greatest: number } | null;
  /** Windows that moved it most, the first most, none overlapping another. */
  readonly activating: readonly ActivatingWindow[];
}

export interface ActivatingWindow {
  readonly startMs: number;
  readonly endMs: number;
  readonly activation: number;
  /** Channels in engineering units, null where missing. */
  readonly channels: readonly { readonly channelId: string; readonly values: readonly (number | null)[] }[];
}

/** Latent units of a model; null where it has none. */
export async function latentUnits(
  graph: OnnxGraphReader,
  manifest: BundleManifest,
  windows: readonly ActivatedWindow[],
): Promise<LatentUnits | null> {
  const weights = unitWeights(graph, manifest.shape);
  const units = windows[0]?.code.length ?? declaredUnits(graph);
  if (units === 0) return null;
  const activity = windows.length > 0 ? unitActivity(windows, windowsEach) : null;
  const spread = (unit: number): number => spreadOf(activity?.[unit], weightsOf(weights, unit));
  const layout = featureLayout(manifest.definition);
  const shown = [...Array(units).keys()]
    .sort((a, b) => spread(b) - spread(a) || a - b)
    .slice(0, mostUnits)
    .sort((a, b) => a - b);
  const ofUnits: LatentUnit[] = [];
  for (const unit of shown) {
    const own = weightsOf(weights, unit);
    const farthest = activity?.[unit]!.farthest.map((index) => windows[index]!) ?? [];
    const activating = await shownWindows(unit, farthest, layout, own);
    ofUnits.push({ unit, weights: own && Array.from(own, rounded), activity: rangeOf(activity?.[unit]), activating });
  }
  return {
    units,
    windows: windows.length,
    columns: weights ? columnNames(layout, weights.columns) : [],
    isProduct: weights?.isProduct ?? false,
    shown: ofUnits,
  };
}

function declaredUnits({ model }: OnnxGraphReader): number {
  const dim = model.graph.output.find(({ name }) => name === onnxNames.code)?.type.tensorType.shape.dim[1];
  return dim && 'dimValue' in dim ? dim.dimValue : 0;
}

/** How much a unit moves; where nobody knows, how much it would. */
function spreadOf(activity: UnitActivity | undefined, weights: Float32Array | null): number {
  if (activity) return activity.greatest - activity.least;
  return weights?.reduce((sum, weight) => sum + weight ** 2, 0) ?? 0;
}

function rangeOf(activity: UnitActivity | undefined): LatentUnit['activity'] {
  if (!activity) return null;
  const { median, least, greatest } = activity;
  return { median, least, greatest };
}

async function shownWindows(
  unit: number,
  farthest: readonly ActivatedWindow[],
  layout: FeatureLayout,
  weights: Float32Array | null,
): Promise<readonly ActivatingWindow[]> {
  const cells = await Promise.all(farthest.map((window) => window.cells()));
  const known = cells.filter((matrix) => matrix !== null);
  const channels = channelsThatMatter(layout, weights, known);
  return farthest.flatMap(({ startMs, endMs, code }, index) => {
    const matrix = cells[index];
    if (!matrix) return [];
    const drawn = channels.map(({ channel, definition }) => ({
      channelId: definition.id,
      values: valuesOf(matrix, layout, channel),
    }));
    return [{ startMs, endMs, activation: code[unit]!, channels: drawn }];
  });
}

function valuesOf(
  { values, mask }: WindowMatrix,
  { rows, channels }: FeatureLayout,
  channel: number,
): (number | null)[] {
  return Array.from({ length: rows }, (_, row) => {
    const cell = row * channels + channel;
    return mask[cell] === 0 ? null : rounded(values[cell]!);
  });
}

function weightsOf(weights: UnitWeights | null, unit: number): Float32Array | null {
  if (!weights) return null;
  const each = weights.rows * weights.columns;
  return weights.values.subarray(unit * each, (unit + 1) * each);
}

/** Channels that a unit has the greatest weights of; without weights, those that differ most over its windows. */
function channelsThatMatter(
  layout: FeatureLayout,
  weights: Float32Array | null,
  windows: readonly WindowMatrix[],
): FeatureLayout['scored'] {
  const seen = weights ? weights.length / layout.rows : layout.features;
  const channels = [...layout.scored, ...layout.context].filter(({ offset }) => offset < seen);
  const weighed = channels.map((columns) => {
    const { channel, offset, width } = columns;
    const variations = (): number => windows.reduce((sum, window) => sum + variation(window, layout, channel), 0);
    return { columns, weight: weights ? energy(weights, layout.rows, offset, width) : variations() };
  });
  return weighed
    .sort((a, b) => b.weight - a.weight)
    .slice(0, channelsEach)
    .map(({ columns }) => columns);
}

/** Sum of squared weights of some columns. */
function energy(weights: Float32Array, rows: number, offset: number, width: number): number {
  const columns = weights.length / rows;
  let sum = 0;
  for (let row = 0; row < weights.length; row += columns)
    for (let column = offset; column < offset + width; column++) sum += weights[row + column]! ** 2;
  return sum;
}

/** Range of a channel within a window, as a share of the size of its values. */
function variation({ values }: WindowMatrix, { channels }: FeatureLayout, channel: number): number {
  let [least, greatest] = [Infinity, -Infinity];
  for (let cell = channel; cell < values.length; cell += channels) {
    least = Math.min(least, values[cell]!);
    greatest = Math.max(greatest, values[cell]!);
  }
  return (greatest - least) / Math.max(Math.abs(greatest), Math.abs(least), 1e-9);
}

function columnNames(layout: FeatureLayout, columns: number): string[] {
  return [...layout.scored, ...layout.context]
    .flatMap(({ definition, width }) =>
      Array.from({ length: width }, (_, index) => (width === 1 ? definition.id : `${definition.id} ${index + 1}`)),
    )
    .slice(0, columns);
}

/** Four digits are enough to draw. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
