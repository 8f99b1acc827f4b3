import { ascendingOf, quantileOf } from '../scoring/order-statistics.ts';

/** A window, [startMs, endMs), by its code. */
export interface CodedWindow {
  readonly startMs: number;
  readonly endMs: number;
  readonly code: Float32Array;
}

/** How a latent unit answered to some windows. */
export interface UnitActivity {
  readonly unit: number;
  readonly median: number;
  readonly least: number;
  readonly greatest: number;
  /** Indexes of the windows whose activation is farthest from the median, farthest first; no two of them overlap. */
  readonly farthest: readonly number[];
}

/**
 * The activity of each unit over at least one window: the activation is compared with its median, since which sign a unit
 * has is chance. `each` windows of every unit are named at most.
 */
export function unitActivity(windows: readonly CodedWindow[], each: number): UnitActivity[] {
  const units = windows[0]!.code.length;
  return Array.from({ length: units }, (_, unit) => {
    const ascending = ascendingOf(windows.map(({ code }) => code[unit]!));
    const median = quantileOf(ascending, 0.5);
    const distance = (index: number): number => Math.abs(windows[index]!.code[unit]! - median);
    const order = windows.map((_window, index) => index).sort((a, b) => distance(b) - distance(a) || a - b);
    const farthest = apart(windows, order, each);
    return { unit, median, least: ascending[0]!, greatest: ascending.at(-1)!, farthest };
  });
}

/** The first of some windows in this order that overlap none before. */
function apart(windows: readonly CodedWindow[], order: readonly number[], most: number): number[] {
  const taken: number[] = [];
  for (const index of order) {
    if (taken.length === most) break;
    const { startMs, endMs } = windows[index]!;
    if (taken.every((other) => windows[other]!.endMs <= startMs || endMs <= windows[other]!.startMs)) taken.push(index);
  }
  return taken;
}
