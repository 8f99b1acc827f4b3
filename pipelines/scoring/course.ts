import { decodeReconstruction } from '../features/decode-reconstruction.ts';
import type { FeatureLayout } from '../features/feature-layout.ts';
import type { ScalerParameters } from '../features/scaler.ts';
import type { WindowMatrix } from '../features/transform-window.ts';
import type { StreamDefinition } from '../telemetry/stream-definition.ts';

/** A window by its event times, [startMs, endMs). */
export interface TimedWindow extends WindowMatrix {
  readonly startMs: number;
  readonly endMs: number;
}

/** Telemetry on the grid over more than a window: consecutive rows from startMs on, all channels. */
export interface Course extends WindowMatrix {
  readonly startMs: number;
  readonly rows: number;
}

/** The cells of overlapping windows, ascending in time; cells that no window covers are missing. Of no windows, it has no rows. */
export function courseOf({ channels, intervalMs }: StreamDefinition, windows: readonly TimedWindow[]): Course {
  const startMs = windows[0]?.startMs ?? 0;
  const rows = ((windows.at(-1)?.endMs ?? 0) - startMs) / intervalMs;
  const values = new Float64Array(rows * channels.length);
  const mask = new Uint8Array(rows * channels.length);
  for (const window of windows) {
    const at = ((window.startMs - startMs) / intervalMs) * channels.length;
    values.set(window.values, at);
    mask.set(window.mask, at);
  }
  return { startMs, rows, values, mask };
}

/**
 * What windows that overlap say together of each time step, in channel units: rows x scored channels of the course,
 * row-major, the mean over the windows that cover a row, and NaN where none does. The mean is of features in scaled units, so that
 * angles and states come out right as well.
 *
 * `features` is windows x rows x scoredFeatures.
 */
export function combinedInUnits(
  layout: FeatureLayout,
  scaler: ScalerParameters,
  course: Course,
  intervalMs: number,
  windows: readonly TimedWindow[],
  features: Float32Array,
): Float32Array {
  const { scoredFeatures, rows } = layout;
  const sums = new Float64Array(course.rows * scoredFeatures);
  const counts = new Uint32Array(course.rows);
  windows.forEach((window, index) => {
    const firstRow = (window.startMs - course.startMs) / intervalMs;
    const from = index * rows * scoredFeatures;
    for (let cell = 0; cell < rows * scoredFeatures; cell++)
      sums[firstRow * scoredFeatures + cell]! += features[from + cell]!;
    for (let row = 0; row < rows; row++) counts[firstRow + row]!++;
  });
  const means = Float32Array.from(sums, (sum, cell) => sum / counts[Math.floor(cell / scoredFeatures)]!);
  const whole = { ...layout, rows: course.rows, strideRows: course.rows };
  return decodeReconstruction(whole, scaler, means, course);
}
