import type { WindowShape } from '../architecture.ts';
import { importRefused, type ForeignModel, type ForeignValue } from './foreign-model.ts';

/** How a model made elsewhere takes windows: [batch, rows, columns], [batch, columns, rows], or rows one after another. */
export const layoutNames = ['rows', 'channels-first', 'flat'] as const;

export type LayoutName = (typeof layoutNames)[number];

/** How a model's input is made of a window. */
export interface WindowLayout {
  readonly layout: LayoutName;
  /** All features, or the scored ones, which stand first. */
  readonly columns: number;
}

/**
 * How a model takes windows of this shape: as its input's dimensions say, or as is declared. Where they fit more than one way,
 * rows come first, and all features.
 *
 * Errors: CUPOLA_IMPORT_REFUSED where they fit in no way.
 */
export function windowLayout({ input }: ForeignModel, shape: WindowShape, declared?: LayoutName): WindowLayout {
  const { rows, features, scoredFeatures } = shape;
  const layouts = declared ? [declared] : layoutNames;
  for (const columns of new Set([features, scoredFeatures]))
    for (const layout of layouts) if (isOf(input, dimsOf(layout, rows, columns))) return { layout, columns };
  const bounds = [...new Set([features, scoredFeatures])].flatMap((columns) =>
    layouts.map((layout) => dimsText([null, ...dimsOf(layout, rows, columns)])),
  );
  throw importRefused(`input ${input.name}`, dimsText(input.dims), [...new Set(bounds)].join(' or '));
}

/** Rows of the windows that a model takes, by its input's dimensions; null where they do not say. */
export function windowRowsOf(
  { input }: ForeignModel,
  features: readonly number[],
  declared?: LayoutName,
): number | null {
  const [, first = null, second = null] = input.dims;
  if (input.dims.length === 3) {
    const isTurned = declared === 'channels-first' || (declared === undefined && !features.includes(second ?? -1));
    return isTurned && features.includes(first ?? -1) ? second : first;
  }
  return features.map((columns) => (first ?? NaN) / columns).find((rows) => Number.isInteger(rows) && rows > 0) ?? null;
}

/** Dimensions after the batch. */
function dimsOf(layout: LayoutName, rows: number, columns: number): readonly number[] {
  if (layout === 'flat') return [rows * columns];
  return layout === 'rows' ? [rows, columns] : [columns, rows];
}

/** What is not said may be anything. */
function isOf({ dims }: ForeignValue, wanted: readonly number[]): boolean {
  const given = dims.slice(1);
  return given.length === wanted.length && given.every((dim, index) => dim === null || dim === wanted[index]);
}

function dimsText(dims: readonly (number | null)[]): string {
  return `[${dims.map((dim, index) => dim ?? (index === 0 ? 'batch' : '?')).join(', ')}]`;
}
